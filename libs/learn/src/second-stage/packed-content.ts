import { HISTORY } from '@explore/explore'
import type { itemInputs, viewerInputs } from '../examples/model-inputs.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Values } from './layers.ts'
import { stackedIdentities } from './stacked-identities.ts'

/** Tables of `content` in the order in which they are packed. Row 0 of each means nothing. */
const TABLES = [
  'items',
  'authors',
  'topics',
  'item-attributes',
  'durations',
  'history-kinds',
] as const

/**
 * What `content` trained, for serving: all tables are one, so that an item is one look-up of all its
 * parts and one sum, whatever the number of tables.
 */
export const packedContent = (g: Graph, trained: Values, width: number) => {
  const first = new Map<string, number>()
  let rows = 0
  for (const name of TABLES) {
    first.set(name, rows)
    rows += (trained.get(name)?.length ?? 0) / width
  }
  const packed = new Float32Array(rows * width)
  for (const [name, row] of first) {
    packed.set(trained.get(name) ?? [], row * width)
    packed.fill(0, row * width, (row + 1) * width)
  }
  const table = g.parameter('content', [rows, width], () => packed)

  /** [rows of the parts, ids] each shifted to its table, joined. */
  const places = (parts: readonly (readonly [(typeof TABLES)[number], Tensor])[]): Tensor => {
    const ids = parts.map(([, x]) => (x.shape.length === 1 ? g.unsqueeze(x, 1) : x))
    const shifts = parts.flatMap(([name], i) =>
      Array.from({ length: ids[i].shape[1] as number }, () => first.get(name) as number),
    )
    return g.add(g.concat(ids, 1), g.ids(shifts))
  }

  return {
    /** [rows, width] */
    ofItems: (item: ReturnType<typeof itemInputs>): Tensor => {
      const at = places([
        ['items', item.items],
        ['authors', item.authors],
        ['topics', item.topics],
        ['item-attributes', item.attributes],
        ['durations', item.durations],
      ])
      const parts = at.shape[1] as number
      const flat = g.reshape(g.gather(table, at), [at.shape[0], parts * width])
      return g.matmul(flat, g.constant(stackedIdentities(parts, width), [parts * width, width]))
    },
    /** [1, HISTORY, width], zeros where the history is shorter. */
    ofHistory: (viewer: ReturnType<typeof viewerInputs>): Tensor => {
      const at = places([
        ['items', viewer.historyItems],
        ['authors', viewer.historyAuthors],
        ['topics', viewer.historyTopics],
        ['history-kinds', viewer.historyKinds],
      ])
      const parts = g.reshape(g.gather(table, at), [at.shape[0], 4, HISTORY, width])
      return g.reduceSum(parts, { axes: [1] })
    },
  }
}
