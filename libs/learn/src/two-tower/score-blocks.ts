import { graph } from '../graph/graph.ts'
import { program } from '../program.ts'

/** Rows of queries scored in one go: [64, items] floats are in memory at a time. */
const BLOCK = 64

/**
 * Inner products of queries [n, dimension] with items [items, dimension], one query after the other;
 * the array of a query is valid until the next one of another block.
 */
export const scoreBlocks = async (items: Float32Array, dimension: number) => {
  const g = graph()
  const queries = g.input('queries', 'float32', ['queries', dimension])
  const vectors = g.input('items', 'float32', ['items', dimension])
  const compiled = await program(
    g,
    { scores: g.matmul(queries, vectors, { b: true }) },
    { reuse: true },
  )
  const count = items.length / dimension
  return {
    release: compiled.release,
    /** Calls `visit` with each query's scores [items], in order. */
    each: async (
      all: Float32Array,
      visit: (query: number, scores: Float32Array) => void,
    ): Promise<void> => {
      const rows = all.length / dimension
      for (let from = 0; from < rows; from += BLOCK) {
        const to = Math.min(rows, from + BLOCK)
        const block = all.subarray(from * dimension, to * dimension)
        const { scores } = await compiled.run({ queries: block, items })
        const values = scores.data as Float32Array
        for (let row = from; row < to; row++) {
          visit(row, values.subarray((row - from) * count, (row - from + 1) * count))
        }
      }
    },
  }
}
