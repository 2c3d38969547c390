import type { Catalogue } from '@explore/explore'
import { exactSearch } from '../two-tower/exact-search.ts'
import { takeRows } from '../two-tower/take-rows.ts'

/** Likeness of items by their unit embeddings [catalogue.size, dimension]. */
export const embeddingNeighbours = async (
  catalogue: Catalogue,
  vectors: Float32Array,
  dimension: number,
) => {
  const servable = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
  const index = await exactSearch(takeRows(vectors, dimension, servable), dimension)
  return {
    release: index.release,
    /** In [0, 1]: what points away from another is not like it at all. */
    cosine: (a: number, b: number): number => {
      let dot = 0
      for (let i = 0; i < dimension; i++) {
        dot += vectors[a * dimension + i] * vectors[b * dimension + i]
      }
      return Math.min(1, Math.max(0, dot))
    },
    /** The `k` servable items nearest to each of `items`, themselves not among them, best first. */
    nearest: async (items: Uint32Array, k: number): Promise<readonly Uint32Array[]> => {
      const lists = await index.search(takeRows(vectors, dimension, items), k + 1)
      return lists.map((rows, i) =>
        rows
          .map(row => servable[row])
          .filter(item => item !== items[i])
          .subarray(0, k),
      )
    },
  }
}
