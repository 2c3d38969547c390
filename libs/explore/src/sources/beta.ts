/** A Beta(alpha, beta) belief about a rate. */
export interface BetaPrior {
  readonly alpha: number
  readonly beta: number
}

/** Fewer observed items than this say less about a topic than all topics together do. */
const LEAST = 20

/**
 * The Beta prior of a family of rates by the method of moments on smoothed rates, its strength between 2 and 50
 * pseudo-trials; `fallback` where the family is too small to say.
 */
export const fitBeta = (
  rates: readonly { readonly trials: number; readonly successes: number }[],
  fallback: BetaPrior,
): BetaPrior => {
  if (rates.length < LEAST) return fallback
  const trials = rates.reduce((sum, rate) => sum + rate.trials, 0)
  const mean = (rates.reduce((sum, rate) => sum + rate.successes, 0) + 1) / (trials + 10)
  const variance =
    rates.reduce((sum, { trials: n, successes }) => sum + n * (successes / n - mean) ** 2, 0) /
    trials
  // Observed spread is the family's spread plus sampling noise of mean · (1 − mean) / n.
  const noise = (mean * (1 - mean) * rates.length) / trials
  const spread = Math.max(variance - noise, 1e-6)
  const strength = Math.min(50, Math.max(2, (mean * (1 - mean)) / spread - 1))
  return { alpha: mean * strength, beta: (1 - mean) * strength }
}

/** One draw of Beta(alpha, beta) as a ratio of gammas. */
export const betaDraw = (alpha: number, beta: number, random: () => number): number => {
  const a = gammaDraw(alpha, random)
  const b = gammaDraw(beta, random)
  return a + b > 0 ? a / (a + b) : 0
}

/** One draw of Gamma(shape, 1) (Marsaglia & Tsang, 2000). */
const gammaDraw = (shape: number, random: () => number): number => {
  if (shape < 1) return gammaDraw(shape + 1, random) * (1 - random()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
