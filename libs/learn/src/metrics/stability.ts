/** Keeps a bin that one side lacks from counting without bound. */
const LEAST_SHARE = 1e-4

/**
 * Population stability index of `values` against `reference`, over bins that hold equal parts of the reference:
 * Σ (q − p) · ln(q / p). 0 is the same distribution; 0.1 is a small shift, from 0.25 on it is a large one by
 * the usual reading. NaN where either side is empty.
 */
export const populationStability = (
  reference: ArrayLike<number>,
  values: ArrayLike<number>,
  bins = 10,
): number => {
  const sorted = Float64Array.from(reference).sort()
  if (sorted.length === 0 || values.length === 0) return NaN
  const edges = Array.from(
    { length: bins - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / bins)],
  )
  const sharesOf = (sample: ArrayLike<number>): Float64Array => {
    const shares = new Float64Array(bins)
    for (let i = 0; i < sample.length; i++) {
      const bin = edges.findIndex(edge => sample[i] < edge)
      shares[bin === -1 ? bins - 1 : bin] += 1 / sample.length
    }
    return shares.map(share => Math.max(LEAST_SHARE, share))
  }
  const p = sharesOf(reference)
  const q = sharesOf(values)
  return p.reduce((sum, share, bin) => sum + (q[bin] - share) * Math.log(q[bin] / share), 0)
}
