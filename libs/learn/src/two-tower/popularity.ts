/**
 * Positives per item, each halved for every `halfLife` milliseconds that it lies before `now`;
 * an infinite half-life is plain popularity.
 */
export const popularity = (
  positives: { readonly item: Uint32Array; readonly time: Float64Array },
  items: number,
  { now, halfLife = Infinity }: { readonly now: number; readonly halfLife?: number },
): Float32Array => {
  const scores = new Float64Array(items)
  for (let row = 0; row < positives.item.length; row++) {
    const age = now - positives.time[row]
    if (age > 0) scores[positives.item[row]] += 2 ** (-age / halfLife)
  }
  return Float32Array.from(scores)
}
