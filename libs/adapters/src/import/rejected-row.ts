/** A row that makes no record. Rows are refused whole: one bad field, and nothing of the row is imported. */
export class RejectedRow extends Error {
  /** The columns that the failing formula reads. */
  readonly column: string
  /** What it found there. */
  readonly value: string

  constructor(column: string, reason: string, value: string) {
    super(reason)
    this.column = column
    this.value = value
  }
}
