import type { CandidateFeatures, ViewerFeatures } from '@explore/explore'
import { groupRows } from '../metrics/group-rows.ts'

/** One viewer with its own candidates, which are `rows` of all. */
export interface RowsOfViewer {
  readonly viewer: ViewerFeatures
  readonly rows: readonly number[]
  readonly own: CandidateFeatures
}

/** The candidates of each viewer, the only one that they know; a viewer without any is left out. */
export const rowsOfViewers = (
  viewers: ViewerFeatures,
  candidates: CandidateFeatures,
): readonly RowsOfViewer[] =>
  groupRows(candidates.viewer).map(rows => ({
    viewer: take(viewers, [candidates.viewer[rows[0]]]),
    rows,
    own: { ...take(candidates, rows), viewer: new Int32Array(rows.length) },
  }))

/** These rows of features. */
const take = <F extends { readonly rows: number }>(features: F, rows: readonly number[]): F =>
  Object.fromEntries(
    Object.entries(features).map(([name, values]: [string, number | Int32Array]) => {
      if (typeof values === 'number') return [name, rows.length]
      const width = values.length / features.rows
      const taken = new (values.constructor as Int32ArrayConstructor)(rows.length * width)
      rows.forEach((row, i) => {
        taken.set(values.subarray(row * width, (row + 1) * width), i * width)
      })
      return [name, taken]
    }),
  ) as F
