import { readFileSync, statSync } from 'node:fs'
import { ExploreError } from '@explore/explore'

/** How often a file that people edit is looked at: when it is asked for, and no oftener. */
const EVERY = 1000

/**
 * What a file says, read again when it has changed. Throws at first where it can't be read or `parse` throws; later the
 * last sound state stays, and `tell` hears why: a file that vanished or broke opens no door.
 */
export const watchedFile = <T>(
  path: string,
  parse: (text: string) => T,
  { now, tell }: { readonly now: () => number; readonly tell: (problem?: ExploreError) => void },
): (() => T) => {
  const read = (): T => {
    try {
      return parse(readFileSync(path, 'utf8'))
    } catch (cause) {
      if (cause instanceof ExploreError) throw cause
      const { message } = cause as Error
      throw new ExploreError('KEYS_INVALID', `${path}: ${message}`, { field: path, cause })
    }
  }
  let stamp = stampOf(path)
  let current = read()
  let looked = now()
  return () => {
    const time = now()
    if (time - looked < EVERY) return current
    looked = time
    const latest = stampOf(path)
    if (latest === stamp) return current
    stamp = latest
    try {
      current = read()
      tell()
    } catch (error) {
      tell(error as ExploreError)
    }
    return current
  }
}

const stampOf = (path: string): string => {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true })
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeNs}`
}
