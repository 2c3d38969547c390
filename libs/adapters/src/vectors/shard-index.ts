import { dotRows } from '../dot/dot-rows.ts'
import { rowAt, rowTable, type RowTable } from '../dot/row-table.ts'
import { exactIndex } from './exact-index.ts'
import type { VectorIndex } from './vector-index.ts'

/** A part of an index: the items whose ordinal is `part` modulo `of`. */
export interface Shard {
  readonly part: number
  readonly of: number
}

/** All of an index. */
export const WHOLE: Shard = { part: 0, of: 1 }

export const inShard = (item: number, { part, of }: Shard): boolean => item % of === part

/** How many of the first `items` ordinals a shard has. */
export const rowsOf = (items: number, { part, of }: Shard): number =>
  Math.max(0, Math.ceil((items - part) / of))

/** A shard's own vectors of [n, width], in order. */
export const vectorsOf = (vectors: Float32Array, width: number, shard: Shard): Float32Array => {
  const { part, of } = shard
  if (of === 1) return vectors
  const own = new Float32Array(rowsOf(vectors.length / width, shard) * width)
  for (let at = 0, item = part; at < own.length; at += width, item += of) {
    own.set(vectors.subarray(item * width, (item + 1) * width), at)
  }
  return own
}

/** An index whose labels are a shard's rows, as one whose labels are ordinals. */
export const ofShard = (index: VectorIndex, { part, of }: Shard): VectorIndex =>
  of === 1
    ? index
    : {
        ...index,
        kind: `${index.kind}, shard ${part + 1} of ${of}`,
        search: (query, k) => {
          const { items, scores } = index.search(query, k)
          return { items: items.map(row => row * of + part), scores }
        },
      }

/** Searches one shard's rows of a table exactly; they are copied, so that a scan meets no others. */
export const shardIndex = (table: RowTable, shard: Shard): VectorIndex => {
  const rows = rowsOf(table.rows, shard)
  const own = rowTable(rows, table.width)
  const { part, of } = shard
  for (let row = 0; row < rows; row++) rowAt(own, row).set(rowAt(table, row * of + part))
  return ofShard(exactIndex(dotRows(own)), shard)
}
