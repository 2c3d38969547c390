import type { Rng } from '@explore/learn'

/**
 * 95 % percentile interval of the mean of one value per user, by resampling users (Efron, 1979). What
 * `bootstrap` of learn does for any statistic, at the cost of one addition per draw.
 */
export const meanInterval = (
  values: Float64Array,
  random: Rng,
  samples = 200,
): { readonly low: number; readonly high: number } => {
  const known = values.filter(value => !Number.isNaN(value))
  const means = new Float64Array(samples).map(() => {
    let sum = 0
    for (let i = 0; i < known.length; i++) sum += known[random.int(known.length)]!
    return sum / known.length
  })
  means.sort()
  const at = (share: number): number => means[Math.round(share * (samples - 1))] ?? NaN
  return { low: at(0.025), high: at(0.975) }
}
