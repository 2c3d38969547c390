/** An estimate with its 95 % interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959964

/**
 * The mean of `terms`, with a normal interval by groups: within one they may depend on each other in any way
 * (cluster-robust variance, Liang & Zeger, 1986). NaN bounds with fewer than two groups.
 */
export const meanOf = (terms: Float64Array, groups: Uint32Array): Estimate => {
  const value = terms.reduce((sum, term) => sum + term, 0) / terms.length
  const sums = new Map<number, number>()
  terms.forEach((term, i) => sums.set(groups[i]!, (sums.get(groups[i]!) ?? 0) + term - value))
  let squares = 0
  for (const sum of sums.values()) squares += sum * sum
  const n = sums.size
  const margin = n < 2 ? NaN : (Z * Math.sqrt((squares * n) / (n - 1))) / terms.length
  return { value, low: value - margin, high: value + margin }
}
