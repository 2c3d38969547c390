import { top } from '@explore/pipeline'
import { ndcgAt, recallAt } from '../metrics/top-k.ts'
import { scoreBlocks } from './score-blocks.ts'

/** Viewers with what they engaged with afterwards, for ranking the whole catalogue. */
export interface RetrievalQueries {
  readonly length: number
  /** Row of each query's viewer, as of the query. */
  readonly viewer: Uint32Array
  /** Ordinals engaged with later, without repeats and without `seen`. */
  readonly truth: readonly Uint32Array[]
  /** Ordinals engaged with before: never ranked. */
  readonly seen: readonly Uint32Array[]
}

/** Means over queries; empty without any. */
export type QualityAt = Readonly<Record<`${'recall' | 'ndcg'}@${number}`, number>>

/** Where quality is reported. */
const QUALITY_CUTS: readonly number[] = [50, 100, 500]

/** Recall@k and NDCG@k of rankings: each query's items, best first and without the seen ones. */
const qualityOf = (
  queries: RetrievalQueries,
  rankings: Iterable<ArrayLike<number>>,
  cuts: readonly number[],
): QualityAt => {
  const sums = cuts.map(() => ({ recall: 0, ndcg: 0 }))
  let query = 0
  for (const ranked of rankings) {
    const truth = new Set(queries.truth[query++])
    cuts.forEach((cut, i) => {
      sums[i].recall += recallAt(ranked, truth, cut)
      sums[i].ndcg += ndcgAt(ranked, truth, cut)
    })
  }
  if (query === 0) return {}
  return Object.fromEntries(
    cuts.flatMap((cut, i) => [
      [`recall@${cut}`, sums[i].recall / query],
      [`ndcg@${cut}`, sums[i].ndcg / query],
    ]),
  )
}

/** The quality of one order for all, by `scores` [items]. */
export const qualityOfOrder = (
  queries: RetrievalQueries,
  scores: Float32Array,
  cuts = QUALITY_CUTS,
): QualityAt => {
  const deepest = Math.max(...cuts)
  const most = queries.seen.reduce((length, seen) => Math.max(length, seen.length), 0)
  const order = top(scores, deepest + most)
  return qualityOf(
    queries,
    queries.seen.map(seen => {
      const known = new Set(seen)
      return order.filter(item => !known.has(item)).subarray(0, deepest)
    }),
    cuts,
  )
}

/** The quality of ranking by inner product of `users` [queries, dimension] and `items`. */
export const qualityOfVectors = async (
  queries: RetrievalQueries,
  users: Float32Array,
  items: Float32Array,
  dimension: number,
  cuts = QUALITY_CUTS,
): Promise<QualityAt> => {
  const deepest = Math.max(...cuts)
  const rankings: Uint32Array[] = []
  const blocks = await scoreBlocks(items, dimension)
  await blocks.each(users, (query, scores) => {
    for (const item of queries.seen[query]) scores[item] = -Infinity
    rankings.push(top(scores, deepest))
  })
  await blocks.release()
  return qualityOf(queries, rankings, cuts)
}
