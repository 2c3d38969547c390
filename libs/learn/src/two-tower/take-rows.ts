/** The rows of row-major `values` [n, width] at `rows`, in that order. */
export const takeRows = (
  values: Float32Array,
  width: number,
  rows: ArrayLike<number>,
): Float32Array => {
  const taken = new Float32Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i] * width
    for (let j = 0; j < width; j++) taken[i * width + j] = values[from + j]
  }
  return taken
}
