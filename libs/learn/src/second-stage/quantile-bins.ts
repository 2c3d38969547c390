/** Per feature, where each of its bins begins and how steep it is: shift + slope · x is 0 there and 1 at its end. */
export interface Bins {
  /** [width, BINS] */
  readonly slope: Float32Array
  /** [width, BINS] */
  readonly shift: Float32Array
}

export const BINS = 8

/** A bin between two quantiles that are equal is still a step, at the value that so many rows have. */
const NARROWEST = 1e-3

/** Bins between quantiles of each of the `width` features over the rows, row-major. */
export const binsOf = (values: Float32Array, width: number): Bins => {
  const rows = values.length / width
  const slope = new Float32Array(width * BINS)
  const shift = new Float32Array(width * BINS)
  for (let i = 0; i < width; i++) {
    const column = Float32Array.from({ length: rows }, (_, row) => values[row * width + i]).sort()
    const quantile = (bin: number): number => column[Math.round((bin / BINS) * (rows - 1))] ?? 0
    let from = quantile(0)
    for (let bin = 0; bin < BINS; bin++) {
      const to = Math.max(quantile(bin + 1), from + NARROWEST)
      slope[i * BINS + bin] = 1 / (to - from)
      shift[i * BINS + bin] = -from / (to - from)
      from = to
    }
  }
  return { slope, shift }
}
