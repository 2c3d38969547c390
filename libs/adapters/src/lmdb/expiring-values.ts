import type { LmdbEnvironment } from './open-lmdb.ts'

/** Each value is preceded by the f64 time at which it expires, Infinity for never. */
const HEADER = 8

/** Values by key, with an index by time of expiry, which `expire` walks. */
export const expiringValues = (env: LmdbEnvironment) => {
  const values = env.table<Uint8Array, string>('values', { encoding: 'binary' })
  const expiries = env.table<Uint8Array, [expires: number, key: string]>('expiries', {
    encoding: 'binary',
  })
  const NOTHING = new Uint8Array(0)

  const expiryOf = (key: string): number | undefined => {
    const stored = values.getBinaryFast(key)
    return stored && new DataView(stored.buffer, stored.byteOffset).getFloat64(0, true)
  }

  return {
    get: (key: string): Uint8Array | undefined => {
      const stored = values.getBinaryFast(key)
      return stored && new Uint8Array(stored.subarray(HEADER, stored.length))
    },
    /** Within a write transaction. */
    put: (key: string, value: Uint8Array, expires = Infinity): void => {
      const before = expiryOf(key)
      if (before !== undefined && before !== expires) expiries.removeSync([before, key])
      const bytes = new Uint8Array(HEADER + value.length)
      new DataView(bytes.buffer).setFloat64(0, expires, true)
      bytes.set(value, HEADER)
      values.putSync(key, bytes)
      if (expires !== Infinity && before !== expires) expiries.putSync([expires, key], NOTHING)
    },
    /** Those that begin with `prefix`. */
    keys: (prefix: string): readonly string[] => [
      ...values.getKeys({ start: prefix, end: `${prefix}\u{10ffff}` }),
    ],
    has: (key: string): boolean => values.doesExist(key),
    /** Within a write transaction. */
    remove: (key: string): void => {
      const expires = expiryOf(key)
      if (expires === undefined) return
      expiries.removeSync([expires, key])
      values.removeSync(key)
    },
    /** Within a write transaction: removes up to `limit` values that have expired by `now`; returns how many. */
    expire: (now: number, limit: number): number => {
      const [end] = [[now, '\u{10ffff}']] as unknown as [never]
      const due = [...expiries.getKeys({ end, limit })]
      for (const key of due) {
        values.removeSync(key[1])
        expiries.removeSync(key)
      }
      return due.length
    },
  }
}
