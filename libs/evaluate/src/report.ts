/** A measured number, with its spread where it was measured more than once or is an estimate. */
export interface Figure {
  readonly value: number
  /** Standard deviation over seeds. */
  readonly deviation?: number
  /** Interval by resampling users. */
  readonly low?: number
  readonly high?: number
}

/** A number, a word, or null for what was not measured. */
export type Cell = Figure | number | string | null

export interface Column {
  readonly name: string
  /** Where it is none of the field's pure ratios. */
  readonly unit?: string
}

export interface Row {
  readonly name: string
  /** One per column. */
  readonly cells: readonly Cell[]
}

export interface Table {
  readonly title: string
  /** Without the first, which names the rows. */
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** What must be known to read the figures. */
  readonly notes?: readonly string[]
}

/** What an evaluation returns: text and JSON come from this one value. */
export interface Report {
  /** Name of the evaluation. */
  readonly evaluation: string
  readonly protocol: string
  readonly title: string
  /** What was measured on, and with what: sizes, cuts, seeds, hyperparameters. */
  readonly facts: Readonly<Record<string, string | number>>
  readonly tables: readonly Table[]
}
