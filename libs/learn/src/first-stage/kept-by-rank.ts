import { top } from '@explore/pipeline'

/**
 * Recall@m@k of one request: the share of the teacher's `k` best that are among the student's `m` best
 * (Zhang et al., ARF, 2023).
 */
export const keptByRank = (
  values: ArrayLike<number>,
  scores: ArrayLike<number>,
  m: number,
  k: number,
): number => {
  const kept = new Set(top(scores, m))
  const best = top(values, k)
  return best.filter(place => kept.has(place)).length / best.length
}
