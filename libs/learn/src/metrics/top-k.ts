/** Share of the `relevant` that is among the first `k` of `ranked`; NaN where nothing is relevant. */
export const recallAt = (
  ranked: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
): number => {
  let found = 0
  for (let i = 0; i < Math.min(k, ranked.length); i++) if (relevant.has(ranked[i])) found++
  return found / relevant.size
}

/**
 * Gain of the first `k`, discounted by log2(place + 1), over that of the best order (Järvelin &
 * Kekäläinen, 2002) with gain 1 for what is relevant; NaN where nothing is.
 */
export const ndcgAt = (
  ranked: ArrayLike<number>,
  relevant: ReadonlySet<number>,
  k: number,
): number => {
  let gain = 0
  let best = 0
  for (let i = 0; i < k; i++) {
    const discount = 1 / Math.log2(i + 2)
    if (i < ranked.length && relevant.has(ranked[i])) gain += discount
    if (i < relevant.size) best += discount
  }
  return gain / best
}
