import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'

/**
 * Weighted mean of −log softmax over sampled items (Yi et al., RecSys 2019), given unit queries
 * [viewers, D] and unit items [rows, D]. A positive is a pair of a viewer and an item. Inputs:
 * `loss.viewer`, `loss.row`, `loss.weight` and `loss.own` [pairs], the last added to the pair's logit;
 * `loss.correction` [viewers, rows], added to the others' and low enough to exclude a viewer's own.
 */
export const sampledSoftmax = (
  g: Graph,
  queries: Tensor,
  items: Tensor,
  temperature: number,
): Tensor => {
  const viewer = g.input('loss.viewer', 'int32', ['pairs'])
  const row = g.input('loss.row', 'int32', ['pairs'])
  const weight = g.input('loss.weight', 'float32', ['pairs'])
  const own = g.input('loss.own', 'float32', ['pairs'])
  const correction = g.input('loss.correction', 'float32', ['viewers', 'rows'])

  const scaled = g.div(queries, temperature)
  // Cosines are bounded, so exp needs no shift by the maximum: at most e^(1 / temperature + correction).
  const logits = g.add(g.matmul(scaled, items, { b: true }), correction)
  const others = g.log(g.add(g.reduceSum(g.exp(logits), { axes: [1] }), 1e-20))
  const pair = g.mul(g.gather(scaled, viewer), g.gather(items, row))
  const score = g.add(g.reduceSum(pair, { axes: [1] }), own)
  // −log(e^score / (e^score + e^others))
  return g.reduceMean(g.mul(weight, g.softplus(g.sub(g.gather(others, viewer), score))))
}
