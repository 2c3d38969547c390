import type { Id } from '@explore/explore'
import { ndcgAt, recallAt } from '@explore/learn'
import { top } from '@explore/pipeline'
import type { Tally } from '../tally.ts'

/** What one viewer engaged with, to be found; ordinals. */
export interface Query {
  readonly user: Id
  readonly isNew: boolean
  readonly truth: ArrayLike<number>
  /** Engaged with before: not to be found again. */
  readonly seen: ArrayLike<number>
}

/** Scores of a pool's items for a query, aligned with the pool. */
export type PoolScores = (query: number) => Float32Array

export const CUTS = [50, 100] as const

/**
 * Adds `NAME recall@k` and `NAME ndcg@50` of each query that `asks` and whose truth is in `pool`, ranked by `scores`
 * over nothing but the pool. Truth outside of it does not count.
 */
export const judge = (
  figures: Tally,
  name: string,
  {
    queries,
    asks,
    pool,
    scores,
    numberOf,
  }: {
    readonly queries: readonly Query[]
    readonly asks: (query: Query) => boolean
    readonly pool: Uint32Array
    readonly scores: PoolScores
    /** The number of a user, for intervals. */
    readonly numberOf: (user: Id) => number
  },
): void => {
  const rowOf = new Map(Array.from(pool, (item, row) => [item, row]))
  queries.forEach((query, i) => {
    if (!asks(query)) return
    const relevant = new Set(Array.from(query.truth).filter(item => rowOf.has(item)))
    if (relevant.size === 0) return
    const own = scores(i).slice()
    for (const item of Array.from(query.seen)) {
      const row = rowOf.get(item)
      if (row !== undefined) own[row] = -Infinity
    }
    const ranked = top(own, CUTS.at(-1)!).map(row => pool[row]!)
    const user = numberOf(query.user)
    for (const k of CUTS) figures.add(`${name} recall@${k}`, user, recallAt(ranked, relevant, k))
    figures.add(`${name} ndcg@50`, user, ndcgAt(ranked, relevant, 50))
  })
}

/** Inner products of query vectors [queries, dimension] with the rows of `vectors` at `pool`. */
export const byVectors =
  (
    queries: Float32Array,
    vectors: Float32Array,
    dimension: number,
    pool: Uint32Array,
  ): PoolScores =>
  query => {
    const scores = new Float32Array(pool.length)
    const from = query * dimension
    for (let row = 0; row < pool.length; row++) {
      const at = pool[row]! * dimension
      let sum = 0
      for (let i = 0; i < dimension; i++) sum += queries[from + i]! * vectors[at + i]!
      scores[row] = sum
    }
    return scores
  }
