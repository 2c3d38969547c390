import type { Rng } from '../rng.ts'
import { groupRows } from './group-rows.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Percentile interval of a statistic by resampling whole groups with replacement (Efron, 1979): rows of
 * one user are not independent. Samples where the statistic is not finite are left out.
 */
export const bootstrap = (
  groups: ArrayLike<number>,
  statistic: (rows: readonly number[]) => number,
  options: {
    readonly random: Rng
    /** Default 200. */
    readonly samples?: number
    /** Default 0.95. */
    readonly level?: number
  },
): Interval => {
  const { random, samples = 200, level = 0.95 } = options
  const members = groupRows(groups)
  const values = Array.from({ length: samples }, () =>
    statistic(members.flatMap(() => members[random.int(members.length)])),
  )
    .filter(value => Number.isFinite(value))
    .sort((a, b) => a - b)
  const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? NaN
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) }
}
