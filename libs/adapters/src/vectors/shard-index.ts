import { dotRows } from '../dot/dot-rows.ts'
import { rowAt, rowTable, type RowTable } from '../dot/row-table.ts'
import { exactIndex } from './exact-index.ts'
import type { VectorIndex } from './vector-index.ts'

/** A part of an index: the items whose ordinal is `part` modulo `of`. */
export interface Shard {
  readonly part: number
  readonly of: number
}

export const inShard = (item: number, { part, of }: Shard): boolean => item % of === part

/** Searches one shard's rows of a table exactly; they are copied, so that a scan meets no others. */
export const shardIndex = (table: RowTable, { part, of }: Shard): VectorIndex => {
  const rows = Math.max(0, Math.ceil((table.rows - part) / of))
  const own = rowTable(rows, table.width)
  for (let row = 0; row < rows; row++) rowAt(own, row).set(rowAt(table, row * of + part))
  const index = exactIndex(dotRows(own))
  return {
    ...index,
    kind: `exact, shard ${part + 1} of ${of}`,
    search: (query, k) => {
      const { items, scores } = index.search(query, k)
      return { items: items.map(row => row * of + part), scores }
    },
  }
}
