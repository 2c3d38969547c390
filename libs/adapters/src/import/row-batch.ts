import type { Cell } from './cell.ts'

/** A row's cells, in the order of the columns that were asked for; absent ones are null or undefined. */
export interface Row {
  /** 1-based line on which the row begins; in Parquet the row's number. */
  readonly line: number
  readonly cells: readonly Cell[]
}

/** A row that the format itself makes unreadable. */
export interface BadRow {
  readonly line: number
  readonly reason: string
  readonly value: string
}

/** Some rows of a file, in the file's order. */
export interface RowBatch {
  /** The file's columns. JSONL has no header: there, the keys of this batch's rows. */
  readonly present: readonly string[]
  readonly rows: readonly Row[]
  readonly bad: readonly BadRow[]
  /** How much of the file has been read, in bytes on disk. */
  readonly bytes: number
}

/** Longer rows are refused: they would let a broken file take all memory. */
export const MAX_ROW_BYTES = 1 << 20
