import { COUNTERS, type CounterAdd } from '@explore/explore'
import type { LmdbEnvironment } from './open-lmdb.ts'

const ROW = COUNTERS * Float64Array.BYTES_PER_ELEMENT

/** Item counters, one row of COUNTERS little-endian f64 by ordinal. A row of fewer fields is an older version's. */
export const counterRows = (env: LmdbEnvironment) => {
  const table = env.table<Uint8Array, number>('counters', {
    encoding: 'binary',
    keyEncoding: 'uint32',
  })
  const row = new Float64Array(COUNTERS)
  const rowBytes = new Uint8Array(row.buffer)

  /** Copies a row into `out` at byte `at`; what is missing is left as it is. */
  const copy = (item: number, out: Uint8Array, at: number): void => {
    const stored = table.getBinaryFast(item)
    if (stored === undefined) return
    const length = Math.min(stored.length, ROW)
    for (let i = 0; i < length; i++) out[at + i] = stored[i]!
  }

  return {
    read: (items: Uint32Array): Float64Array => {
      const rows = new Float64Array(items.length * COUNTERS)
      const bytes = new Uint8Array(rows.buffer)
      for (let i = 0; i < items.length; i++) copy(items[i]!, bytes, i * ROW)
      return rows
    },
    /** Within a write transaction. Adds of one item that follow each other cost one write. */
    add: (adds: readonly CounterAdd[]): void => {
      for (let i = 0; i < adds.length;) {
        const { item } = adds[i]!
        row.fill(0)
        copy(item, rowBytes, 0)
        for (; i < adds.length && adds[i]!.item === item; i++) {
          row[adds[i]!.field]! += adds[i]!.delta
        }
        table.putSync(item, rowBytes)
      }
    },
  }
}
