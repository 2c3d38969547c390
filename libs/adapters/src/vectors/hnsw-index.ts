import { hnswLibrary } from './hnsw-library.ts'
import { NOTHING } from './found.ts'
import { checkDimension, type VectorIndex } from './vector-index.ts'

export interface HnswOptions {
  readonly dimension: number
  /** Candidates kept while searching, at least. Default 200. */
  readonly ef?: number
  /** Candidates kept for each result, at least. Default 1.5: recall 0.95 of the best 500 among 100,000. */
  readonly perResult?: number
}

/**
 * Searches a graph that `buildHnsw` wrote; recall is high, not 1. Every thread holds its own copy.
 * Rejects where the file is no graph or hnswlib-node is not installed.
 */
export const hnswIndex = async (
  path: string,
  { dimension, ef = 200, perResult = 1.5 }: HnswOptions,
): Promise<VectorIndex> => {
  const graph = new (hnswLibrary().HierarchicalNSW)('ip', dimension)
  await graph.readIndex(path)
  const size = graph.getCurrentCount()
  return {
    kind: 'hnsw',
    dimension,
    size,
    search: (query, k) => {
      checkDimension(query, dimension)
      const count = Math.min(k, size)
      if (count <= 0) return NOTHING
      graph.setEf(Math.max(ef, Math.ceil(count * perResult)))
      // The library takes an array of numbers and gives distances of 1 − inner product.
      const { neighbors, distances } = graph.searchKnn(Array.from(query), count)
      return {
        items: Uint32Array.from(neighbors),
        scores: Float32Array.from(distances, distance => 1 - distance),
      }
    },
  }
}
