/** Inner products of one vector with the rows of `table` at `items`. */
export const products = (
  vector: Float32Array,
  table: Float32Array,
  items: Uint32Array,
): Float32Array =>
  Float32Array.from(items, item => {
    let sum = 0
    for (let i = 0; i < vector.length; i++) sum += vector[i] * table[item * vector.length + i]
    return sum
  })
