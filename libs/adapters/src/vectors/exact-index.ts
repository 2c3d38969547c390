import type { DotRows } from '../dot/dot-rows.ts'
import { checkDimension, type VectorIndex } from './vector-index.ts'

/** Compares the query with every row: recall 1, and below some 50,000 rows faster than a graph of recall 0.95. */
export const exactIndex = (rows: DotRows): VectorIndex => ({
  kind: 'exact',
  dimension: rows.width,
  size: rows.rows,
  search: (query, k) => {
    checkDimension(query, rows.width)
    return rows.nearest(query, k)
  },
})
