import {
  AUTHOR_BUCKETS,
  DURATION_BUCKETS,
  HISTORY_KINDS,
  ITEM_ATTRIBUTE_BUCKETS,
  TOPIC_BUCKETS,
} from '@explore/explore'
import type { itemInputs, viewerInputs } from '../examples/model-inputs.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Layers } from './layers.ts'

/**
 * Items as sums of embeddings in one space, so that the product of a candidate and a history item holds
 * the product of every pair of their parts (as in a factorisation machine), and an item without an
 * embedding of its own is still the sum of the rest.
 */
export const content = (
  g: Graph,
  { table, buckets }: Layers,
  options: { readonly items: number; readonly width: number },
) => {
  const { items, width } = options
  const ids = table('items', items + 1, width)
  const authors = table('authors', AUTHOR_BUCKETS, width)
  const topics = table('topics', TOPIC_BUCKETS, width)
  const attributes = table('item-attributes', ITEM_ATTRIBUTE_BUCKETS, width)
  const durations = buckets('durations', DURATION_BUCKETS, width)
  const kinds = buckets('history-kinds', HISTORY_KINDS.length, width)
  const sum = (...parts: Tensor[]) => parts.reduce((a, b) => g.add(a, b))

  return {
    /** [rows, width] */
    ofItems: (item: ReturnType<typeof itemInputs>): Tensor =>
      sum(
        g.gather(ids, item.items),
        g.gather(authors, item.authors),
        g.reduceSum(g.gather(topics, item.topics), { axes: [1] }),
        g.reduceSum(g.gather(attributes, item.attributes), { axes: [1] }),
        g.gather(durations, item.durations),
      ),
    /** [viewers, HISTORY, width], zeros where the history is shorter. */
    ofHistory: (viewer: ReturnType<typeof viewerInputs>): Tensor =>
      sum(
        g.gather(ids, viewer.historyItems),
        g.gather(authors, viewer.historyAuthors),
        g.gather(topics, viewer.historyTopics),
        g.gather(kinds, viewer.historyKinds),
      ),
  }
}
