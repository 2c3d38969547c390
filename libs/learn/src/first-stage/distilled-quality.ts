import type { RankedRequest } from './ranked-request.ts'
import { keptByRank } from './kept-by-rank.ts'

/** Recall@m@k by name, means over requests. */
export type DistilledQuality = Readonly<Record<`recall@${number}@${number}`, number>>

const KEPT = 100
const BEST = [10, 25, 50]

/** How much of the teacher's best survives a ranking by `scoresOf`, a score per candidate; {} without requests. */
export const distilledQuality = <R extends RankedRequest>(
  requests: readonly R[],
  scoresOf: (request: R, index: number) => ArrayLike<number>,
): DistilledQuality => {
  if (requests.length === 0) return {}
  return Object.fromEntries(
    BEST.map(best => {
      const kept = requests.map((request, index) =>
        keptByRank(request.values, scoresOf(request, index), KEPT, best),
      )
      return [`recall@${KEPT}@${best}`, kept.reduce((sum, share) => sum + share, 0) / kept.length]
    }),
  )
}

/** The teacher's mean value of each item over requests: a look-up that knows no viewer. */
export const meanValues = (requests: readonly RankedRequest[], items: number): Float32Array => {
  const sum = new Float64Array(items)
  const count = new Uint32Array(items)
  let all = 0
  let pairs = 0
  for (const request of requests) {
    request.items.forEach((item, place) => {
      sum[item] += request.values[place]
      count[item]++
      all += request.values[place]
      pairs++
    })
  }
  const mean = pairs > 0 ? all / pairs : 0
  return Float32Array.from(sum, (total, item) => (count[item] > 0 ? total / count[item] : mean))
}
