import { DURATION_BUCKETS } from '@explore/explore'
import type { itemInputs } from '../examples/model-inputs.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Layers } from '../second-stage/layers.ts'
import { bagMean } from './bag-mean.ts'
import type { ContentTables } from './content-tables.ts'

const DURATION_WIDTH = 8

/** Item features, and `extra` [rows, n] columns where given, to [rows, out]. */
export const itemTower = (
  g: Graph,
  { linear, buckets }: Layers,
  options: {
    readonly item: ReturnType<typeof itemInputs>
    readonly tables: ContentTables
    readonly extra?: readonly Tensor[]
    readonly hidden: number
    readonly out: number
  },
): Tensor => {
  const { item, tables, extra = [], hidden, out } = options
  const x = g.concat(
    [
      g.gather(tables.items, item.items),
      g.gather(tables.authors, item.authors),
      bagMean(g, tables.topics, item.topics),
      bagMean(g, tables.attributes, item.attributes),
      g.gather(buckets('durations', DURATION_BUCKETS, DURATION_WIDTH), item.durations),
      ...extra,
    ],
    1,
  )
  return linear('item.out', g.relu(linear('item.hidden', x, hidden)), out)
}
