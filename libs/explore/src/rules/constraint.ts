import type { Slate } from '@explore/pipeline'

/** A demand on the neighbourhood of each place: kept while any candidate can meet it. */
export interface Constraint {
  readonly name: string
  /** Whether `row` may take the next place behind `placed` (rows, first place first). */
  readonly allows: (row: number, placed: readonly number[], slate: Slate<{}>) => boolean
}
