import { constants } from 'node:os'
import { type ErrorCode, ExploreError } from '@explore/explore'

const { errno } = constants

/** Failures with a code of their own, by errno or by LMDB's number. */
const CODES: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [errno.ENOSPC, 'DISK_FULL'],
  [errno.EDQUOT, 'DISK_FULL'],
  [errno.EFBIG, 'DISK_FULL'],
  // LMDB reports a short write, which is how a disk fills up, as EIO.
  [errno.EIO, 'DISK_FULL'],
  [-30_792, 'DISK_FULL'], // MDB_MAP_FULL
  [errno.EACCES, 'STATE_FORBIDDEN'],
  [errno.EPERM, 'STATE_FORBIDDEN'],
  [errno.EROFS, 'STATE_FORBIDDEN'],
  [errno.ENOENT, 'STATE_BROKEN'],
  [errno.ENOTDIR, 'STATE_BROKEN'],
  [errno.EISDIR, 'STATE_BROKEN'],
  [-30_797, 'STATE_BROKEN'], // MDB_PAGE_NOTFOUND
  [-30_796, 'STATE_BROKEN'], // MDB_CORRUPTED
  [-30_795, 'STATE_BROKEN'], // MDB_PANIC
  [-30_794, 'STATE_BROKEN'], // MDB_VERSION_MISMATCH
  [-30_793, 'STATE_BROKEN'], // MDB_INVALID
  [-30_790, 'OVERLOADED'], // MDB_READERS_FULL
])

/** What LMDB or the file system reported about `path`, with a code from the catalogue. */
export const lmdbError = (path: string, cause: unknown): ExploreError => {
  if (cause instanceof ExploreError) return cause
  const {
    code,
    errno: number,
    message,
  } = Object(cause) as NodeJS.ErrnoException & { code?: unknown }
  // lmdb puts LMDB's number into `code`; Node puts a name there and the negative errno into `errno`.
  const failure = typeof code === 'number' ? code : number === undefined ? NaN : -number
  return new ExploreError(CODES.get(failure) ?? 'INTERNAL', `${path}: ${message}`, { cause })
}
