import {
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  type Catalogue,
  FEATURES_VERSION,
  type Page,
  type ServedFeatures,
} from '@explore/explore'
import type { RequestFeatures } from '@explore/learn'
import { columnsOf } from './feature-log.ts'

/** What of a request's features belongs to the page that it became. */
export const servedFeatures = (
  { items }: Pick<Page, 'items'>,
  { viewer, candidates }: RequestFeatures,
  catalogue: Catalogue,
  catalogueId: string,
): ServedFeatures => {
  const rows = new Map(Array.from(candidates.items, (id, row) => [id - 1, row]))
  return {
    ...{ version: FEATURES_VERSION, catalogueId },
    viewer: Object.fromEntries(
      columnsOf(viewer).map(([name, column]) => [name, { values: Array.from(column) }]),
    ),
    pairs: items.flatMap(({ itemId }) => {
      const row = rows.get(catalogue.ordinal(itemId) ?? -1)
      if (row === undefined) return []
      const part = (column: Float32Array, width: number): number[] =>
        Array.from(column.subarray(row * width, (row + 1) * width))
      const dense = part(candidates.dense, CANDIDATE_DENSE)
      return [{ itemId, dense, cross: part(candidates.cross, CANDIDATE_CROSS) }]
    }),
  }
}
