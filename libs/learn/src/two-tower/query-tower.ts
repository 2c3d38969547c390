import { SURFACE_BUCKETS, USER_ATTRIBUTE_BUCKETS } from '@explore/explore'
import type { viewerInputs } from '../examples/model-inputs.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Layers } from '../second-stage/layers.ts'
import type { Scale } from '../second-stage/standardise.ts'
import { bagMean } from './bag-mean.ts'
import type { ContentTables } from './content-tables.ts'
import { historyPool } from './history-pool.ts'

const ATTRIBUTE_WIDTH = 16
const SURFACE_WIDTH = 8

/** Viewer features to [viewers, out]. Knows no user id: a newcomer is a viewer like any other. */
export const queryTower = (
  g: Graph,
  { linear, table, buckets, standardise }: Layers,
  options: {
    readonly viewer: ReturnType<typeof viewerInputs>
    readonly tables: ContentTables
    /** Of `viewer.dense`. */
    readonly scale: Scale
    readonly hidden: number
    readonly out: number
  },
): Tensor => {
  const { viewer, tables, scale, hidden, out } = options
  const x = g.concat(
    [
      ...historyPool(g, tables, viewer),
      bagMean(
        g,
        table('user-attributes', USER_ATTRIBUTE_BUCKETS, ATTRIBUTE_WIDTH),
        viewer.attributes,
      ),
      g.gather(buckets('surfaces', SURFACE_BUCKETS, SURFACE_WIDTH), viewer.surface),
      standardise('viewer.dense', viewer.dense, scale),
    ],
    1,
  )
  return linear('user.out', g.relu(linear('user.hidden', x, hidden)), out)
}
