import type { Recorder } from './recorder.ts'
import { allRows, concat, extend, type Slate, take } from './slate.ts'
import type { Filter, Pool } from './stage.ts'

/** The rows that every filter keeps; the first filter that refuses a row is the one that is counted. */
export const applyFilters = <Q>(
  filters: readonly Filter<Q>[],
  slate: Slate<any>,
  query: Q,
  record: Recorder,
): Slate<any> => {
  const { items }: Slate = slate
  const rows = allRows(slate.length)
  let left = rows.length
  for (const filter of filters) {
    const keeps = filter.keeps(query)
    let kept = 0
    for (let i = 0; i < left; i++) {
      const row = rows[i]!
      const item = items[row]!
      if (keeps(item)) rows[kept++] = row
      else record.refuse(filter.name, item)
    }
    record.count(filter.name, left - kept)
    left = kept
  }
  return left === slate.length ? slate : take(slate, rows.subarray(0, left))
}

/** Adds up to `missing` candidates of the pool that are not in the slate and pass the filters. */
export const refill = <Q>(
  slate: Slate<any>,
  missing: number,
  pool: Pool<Q, any>,
  filters: readonly Filter<Q>[],
  query: Q,
  record: Recorder,
): Slate<any> => {
  const have = new Set<number>(slate.items)
  const full = slate.length + missing
  let walked = 0
  for (const chunk of pool.chunks(query)) {
    const items = chunk.filter(item => !have.has(item))
    const extra = extend({ length: items.length, items }, pool.columns(items, walked), pool.name)
    const passed = applyFilters(filters, extra, query, record)
    const room = Math.min(passed.length, full - slate.length)
    slate = concat(slate, take(passed, allRows(room)))
    walked += items.length
    if (slate.length >= full) break
  }
  return slate
}
