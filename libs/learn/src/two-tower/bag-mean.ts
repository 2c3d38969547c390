import type { Graph } from '../graph/graph.ts'
import type { Parameter, Tensor } from '../graph/types.ts'

/** The mean embedding of each row's ids other than 0: [rows, n] to [rows, width]; zero for none. */
export const bagMean = (g: Graph, table: Parameter, ids: Tensor): Tensor => {
  const present = g.reduceSum(g.cast(g.greater(g.cast(ids, 'float32'), 0), 'float32'), {
    axes: [1],
    keepDims: true,
  })
  const sum = g.reduceSum(g.gather(table, ids), { axes: [1] })
  return g.div(sum, g.clip(present, 1, Infinity))
}
