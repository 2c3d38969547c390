import { candidateInputs, itemInputs, viewerInputs } from '../examples/model-inputs.ts'
import { graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Rng } from '../rng.ts'
import { layers } from '../second-stage/layers.ts'
import type { Scale } from '../second-stage/standardise.ts'
import { contentTables } from '../two-tower/content-tables.ts'
import { itemTower } from '../two-tower/item-tower.ts'
import { queryTower } from '../two-tower/query-tower.ts'

export interface FirstStageShape {
  /** Items with an embedding of their own: ordinals below. */
  readonly items: number
  /** Of both embeddings, biases included. */
  readonly dimension: number
  readonly hidden: number
  /** Of `viewer.dense` and `candidate.dense`. */
  readonly scales: { readonly viewer: Scale; readonly dense: Scale }
}

/**
 * Two towers whose dot product is the logit of PSelect. Each tower's bias is its own dimension that
 * meets a constant 1 on the other side, so that ranking and probability are one product.
 */
export const firstStageNetwork = (shape: FirstStageShape, random: Rng) => {
  const { items, dimension, hidden, scales } = shape
  const g = graph()
  const make = layers(g, random)
  const tables = contentTables(make, { items, width: 32 })
  const { viewer: viewerOf, dense } = candidateInputs(g)
  const common = { tables, hidden, out: dimension - 1 }
  const ofViewer = queryTower(g, make, {
    ...common,
    viewer: viewerInputs(g),
    scale: scales.viewer,
  })
  const ofItem = itemTower(g, make, {
    ...common,
    item: itemInputs(g),
    extra: [make.standardise('candidate.dense', dense, scales.dense)],
  })
  const parts = (x: Tensor) => {
    const [vector, bias] = g.split(x, [dimension - 2, 1], 1)
    return { vector, bias, one: g.expandLike(g.constant(Float32Array.of(1), [1, 1]), bias) }
  }
  const u = parts(ofViewer)
  const v = parts(ofItem)
  const user = g.concat([u.vector, u.bias, u.one], 1)
  const item = g.concat([v.vector, v.one, v.bias], 1)
  const label = g.input('loss.label', 'float32', ['rows'])
  const logits = g.reduceSum(g.mul(g.gather(user, viewerOf), item), { axes: [1] })
  return { g, user, item, loss: g.reduceMean(g.bceWithLogits(logits, label)) }
}
