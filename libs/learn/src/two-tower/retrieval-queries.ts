import type { ViewerRows } from '../examples/viewer-rows.ts'
import type { Targets } from './retrieval-examples.ts'
import type { RetrievalQueries } from './retrieval-quality.ts'

/**
 * One query per user with a target at or after `from`: their features as of the first one, the items
 * from then on as truth, those before as seen. At most `limit` users, evenly spread.
 */
export const retrievalQueries = (
  { user }: Pick<ViewerRows, 'user'>,
  targets: Targets,
  from: number,
  limit = Infinity,
): RetrievalQueries => {
  const byUser = Map.groupBy(targets.viewer.keys(), row => user[targets.viewer[row]])
  const queries = [...byUser.values()].flatMap(rows => {
    const later = rows.filter(row => targets.time[row] >= from)
    const seen = new Set(rows.filter(row => targets.time[row] < from).map(row => targets.item[row]))
    const truth = new Set(later.map(row => targets.item[row]).filter(item => !seen.has(item)))
    return truth.size > 0 ? [{ viewer: targets.viewer[later[0]], truth, seen }] : []
  })
  const length = Math.min(limit, queries.length)
  const taken = Array.from({ length }, (_, i) => queries[Math.floor((i * queries.length) / length)])
  return {
    length,
    viewer: Uint32Array.from(taken, query => query.viewer),
    truth: taken.map(query => Uint32Array.from(query.truth)),
    seen: taken.map(query => Uint32Array.from(query.seen)),
  }
}
