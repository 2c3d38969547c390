import { itemInputs, viewerInputs } from '../examples/model-inputs.ts'
import { graph } from '../graph/graph.ts'
import type { Rng } from '../rng.ts'
import { layers } from '../second-stage/layers.ts'
import type { Scale } from '../second-stage/standardise.ts'
import { contentTables } from './content-tables.ts'
import { itemTower } from './item-tower.ts'
import { queryTower } from './query-tower.ts'
import { sampledSoftmax } from './sampled-softmax.ts'

export interface TwoTowerShape {
  /** Items with an embedding of their own: ordinals below. */
  readonly items: number
  readonly dimension: number
  readonly hidden: number
  readonly temperature: number
  /** Of `viewer.dense`. */
  readonly scale: Scale
}

/** Retrieval's graph: unit embeddings of viewers and items, the loss over both, and the items' id rows. */
export const twoTower = (shape: TwoTowerShape, random: Rng) => {
  const { items, dimension, hidden, temperature, scale } = shape
  const g = graph()
  const make = layers(g, random)
  const tables = contentTables(make, { items, width: dimension })
  const common = { tables, hidden, out: dimension }
  const viewer = viewerInputs(g)
  const user = g.l2Normalize(queryTower(g, make, { ...common, viewer, scale }))
  const item = g.l2Normalize(itemTower(g, make, { ...common, item: itemInputs(g) }))
  return { g, user, item, loss: sampledSoftmax(g, user, item, temperature), ids: tables.items }
}
