/** Neighbouring buckets differ by so much: every quantile is right to half a percent, in a fixed memory, as HdrHistogram's. */
const STEP = Math.log(1.01)

/** Counts of milliseconds by buckets of equal ratio. */
export const latencyHistogram = () => {
  const counts = new Map<number, number>()
  let total = 0
  const histogram = {
    total: (): number => total,
    record: (ms: number, times = 1): void => {
      const bucket = Math.round(Math.log(Math.max(ms, 1e-3)) / STEP)
      counts.set(bucket, (counts.get(bucket) ?? 0) + times)
      total += times
    },
    /** NaN of none. */
    quantile: (q: number): number => {
      let left = Math.ceil(q * total)
      for (const bucket of [...counts.keys()].sort((a, b) => a - b)) {
        left -= counts.get(bucket)!
        if (left <= 0) return Math.exp(bucket * STEP)
      }
      return NaN
    },
    clear: (): void => {
      counts.clear()
      total = 0
    },
  }
  return histogram
}

/** The slope of the line that fits points best, per unit of x; 0 of fewer than two. */
export const slopeOf = (points: readonly (readonly [x: number, y: number])[]): number => {
  const n = points.length
  if (n < 2) return 0
  const mean = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / n
  const [mx, my] = [mean(0), mean(1)]
  const over = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return over / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}
