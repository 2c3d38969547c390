/** A demand on the neighbourhood of each place: kept while any candidate can meet it. */
export interface Constraint {
  readonly name: string
  /** The demand on one list of items. */
  readonly over: (items: Uint32Array) => Test
}

/** Whether `row` may take the next place behind `placed` (rows, first place first). */
export type Test = (row: number, placed: readonly number[]) => boolean
