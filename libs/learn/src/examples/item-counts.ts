/** How often each ordinal below `size` occurs, among `rows` or all. */
export const itemCounts = (
  items: Uint32Array,
  size: number,
  rows: ArrayLike<number> = items.keys().toArray(),
): Float64Array => {
  const counts = new Float64Array(size)
  for (let i = 0; i < rows.length; i++) counts[items[rows[i]]]++
  return counts
}
