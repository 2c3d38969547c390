/**
 * Per feature, where each of its bins begins and how steep it is: (x − from) · slope is 0 there and 1 at its end. In
 * that order: a product of a steep bin would lose the digits that the difference keeps.
 */
export interface Bins {
  /** [width, BINS] */
  readonly from: Float32Array
  /** [width, BINS] */
  readonly slope: Float32Array
}

export const BINS = 8

/** A bin between two quantiles that are equal is still a step, at the value that so many rows have. */
const NARROWEST = 1e-3

/** Bins between quantiles of each of the `width` features over the rows, row-major. */
export const binsOf = (values: Float32Array, width: number): Bins => {
  const rows = values.length / width
  const starts = new Float32Array(width * BINS)
  const slope = new Float32Array(width * BINS)
  for (let i = 0; i < width; i++) {
    const column = Float32Array.from({ length: rows }, (_, row) => values[row * width + i]).sort()
    const quantile = (bin: number): number => column[Math.round((bin / BINS) * (rows - 1))] ?? 0
    let from = quantile(0)
    for (let bin = 0; bin < BINS; bin++) {
      const to = Math.max(quantile(bin + 1), from + NARROWEST)
      slope[i * BINS + bin] = 1 / (to - from)
      starts[i * BINS + bin] = from
      from = to
    }
  }
  return { from: starts, slope }
}
