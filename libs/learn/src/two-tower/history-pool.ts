import { AGE_BUCKETS, HISTORY_KINDS } from '@explore/explore'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { viewerInputs } from '../examples/model-inputs.ts'
import type { ContentTables } from './content-tables.ts'

type Kind = (typeof HISTORY_KINDS)[number]

/** Log weights that each pool starts from; training moves them. The second pool hears strong feedback only. */
const KIND_WEIGHTS: readonly Readonly<Record<Kind, number>>[] = [
  { none: 0, click: 0, long_view: 0.5, like: 1, save: 1, share: 1, follow: 1, see_less: -2 },
  { none: -3, click: -3, long_view: -2, like: 1, save: 1, share: 1, follow: 1, see_less: -2 },
]
const POOLS = KIND_WEIGHTS.length

/** A doubling of an entry's age costs this much of its log weight at the start. */
const AGE_SLOPE = -0.15

/**
 * The history's item, author and topic embeddings as weighted means, one per pool, each [viewers, n].
 * An entry weighs exp(kind + age) with both terms learnt, so recency and kind decide, not chance.
 */
export const historyPool = (
  g: Graph,
  tables: ContentTables,
  viewer: ReturnType<typeof viewerInputs>,
): readonly Tensor[] => {
  const kinds = g.parameter('history.kind', [HISTORY_KINDS.length, POOLS], () =>
    Float32Array.from(HISTORY_KINDS.flatMap(kind => KIND_WEIGHTS.map(weights => weights[kind]))),
  )
  const ages = g.parameter('history.age', [AGE_BUCKETS, POOLS], () =>
    Float32Array.from({ length: AGE_BUCKETS * POOLS }, (_, i) => AGE_SLOPE * Math.floor(i / POOLS)),
  )
  // The age of padding is 0, of an entry at least 1; the id would hide items newer than the model.
  const present = g.cast(g.greater(g.cast(viewer.historyAges, 'float32'), 0), 'float32')
  const weights = g.mul(
    g.exp(g.add(g.gather(kinds, viewer.historyKinds), g.gather(ages, viewer.historyAges))),
    g.unsqueeze(present, 2),
  )
  const total = g.add(g.reduceSum(weights, { axes: [1] }), 1e-6)
  const shares = g.transpose(g.div(weights, g.unsqueeze(total, 1)))
  const pool = (table: Tensor, ids: Tensor): Tensor => {
    const pooled = g.matmul(shares, g.gather(table, ids))
    return g.reshape(pooled, ['viewers', POOLS * Number(table.shape[1])])
  }
  return [
    pool(tables.items, viewer.historyItems),
    pool(tables.authors, viewer.historyAuthors),
    pool(tables.topics, viewer.historyTopics),
  ]
}
