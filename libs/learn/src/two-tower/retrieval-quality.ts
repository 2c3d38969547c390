import { top } from '@explore/pipeline'
import { ndcgAt, recallAt } from '../metrics/top-k.ts'

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

export type QualityAt = Readonly<Record<`${'recall' | 'ndcg'}@${number}`, number>>

/** Gathers Recall@k and NDCG@k, means over queries, of rankings of the whole catalogue. */
export const qualityMeter = (queries: RetrievalQueries, cuts: readonly number[]) => {
  const widest = Math.max(...cuts)
  const sums = cuts.map(() => ({ recall: 0, ndcg: 0 }))
  return {
    /** Takes a score per item, which it may overwrite: seen items are not ranked. */
    add: (query: number, scores: Float32Array): void => {
      for (const item of queries.seen[query]) scores[item] = -Infinity
      const ranked = top(scores, widest)
      const truth = new Set(queries.truth[query])
      cuts.forEach((cut, i) => {
        sums[i].recall += recallAt(ranked, truth, cut)
        sums[i].ndcg += ndcgAt(ranked, truth, cut)
      })
    },
    result: (): QualityAt =>
      Object.fromEntries(
        cuts.flatMap((cut, i) => [
          [`recall@${cut}`, sums[i].recall / queries.length],
          [`ndcg@${cut}`, sums[i].ndcg / queries.length],
        ]),
      ),
  }
}

/** The quality of one ranking for all: `scores` [items]. */
export const qualityOfOrder = (
  queries: RetrievalQueries,
  scores: Float32Array,
  cuts: readonly number[],
): QualityAt => {
  const meter = qualityMeter(queries, cuts)
  for (let query = 0; query < queries.length; query++) meter.add(query, scores.slice())
  return meter.result()
}
