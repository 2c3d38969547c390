/** Constants that bring a column of features to mean 0 and deviation 1. */
export interface Scale {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** A feature that hardly varies is not blown up. */
const LEAST = 0.05

/** Mean and deviation of each of the `width` features over the rows, row-major. */
export const scaleOf = (values: Float32Array, width: number): Scale => {
  const rows = Math.max(1, values.length / width)
  const mean = new Float32Array(width)
  const deviation = new Float32Array(width)
  for (let i = 0; i < width; i++) {
    let sum = 0
    for (let at = i; at < values.length; at += width) sum += values[at]
    mean[i] = sum / rows
    let squares = 0
    for (let at = i; at < values.length; at += width) squares += (values[at] - mean[i]) ** 2
    deviation[i] = Math.max(LEAST, Math.sqrt(squares / rows))
  }
  return { mean, deviation }
}
