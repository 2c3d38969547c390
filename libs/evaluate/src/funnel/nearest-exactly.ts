import type { Retriever } from '@explore/explore'
import { top } from '@explore/pipeline'

/** Searches all of `items` by inner product, without an index: what an approximate search is measured against. */
export const nearestExactly = (
  { vectors, dimension }: Pick<Retriever, 'vectors' | 'dimension'>,
  items: Uint32Array,
): ((query: Float32Array, k: number) => Uint32Array) => {
  const rows = vectors(items)
  return (query, k) => {
    const scores = new Float32Array(items.length)
    for (let row = 0; row < items.length; row++) {
      let sum = 0
      for (let i = 0; i < dimension; i++) sum += query[i]! * rows[row * dimension + i]!
      scores[row] = sum
    }
    return top(scores, k).map(row => items[row]!)
  }
}
