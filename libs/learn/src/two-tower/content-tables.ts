import { AUTHOR_BUCKETS, ITEM_ATTRIBUTE_BUCKETS, TOPIC_BUCKETS } from '@explore/explore'
import type { Layers } from '../second-stage/layers.ts'

export type ContentTables = ReturnType<typeof contentTables>

/**
 * Embeddings that the viewer's history and the item tower share, so that what is learnt of an item
 * as a target is known of it as history. Row 0 is zero in each: no value, or an id to be ignored.
 */
export const contentTables = (
  { table }: Layers,
  { items, width }: { readonly items: number; readonly width: number },
) => ({
  items: table('items', items + 1, width),
  authors: table('authors', AUTHOR_BUCKETS, 16),
  topics: table('topics', TOPIC_BUCKETS, 16),
  attributes: table('item-attributes', ITEM_ATTRIBUTE_BUCKETS, 8),
})
