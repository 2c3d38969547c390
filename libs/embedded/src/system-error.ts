import { type ErrorCode, ExploreError } from '@explore/explore'

/** What the system refuses, by its codes: the operator's matter, and no bug. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EFBIG: 'DISK_FULL',
  EACCES: 'STATE_FORBIDDEN',
  EPERM: 'STATE_FORBIDDEN',
  EROFS: 'STATE_FORBIDDEN',
  ENOTDIR: 'STATE_BROKEN',
  EEXIST: 'STATE_BROKEN',
}

/** Any thrown value as an error of the catalogue, which keeps it as its cause. */
export const exploreErrorOf = (thrown: unknown): ExploreError => {
  if (thrown instanceof ExploreError) return thrown
  const { code = '', message } = (thrown ?? {}) as NodeJS.ErrnoException
  const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined
  return new ExploreError(known ?? 'INTERNAL', message ?? String(thrown), { cause: thrown })
}
