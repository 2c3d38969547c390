/** What one step says to every update rule. */
export interface StepInfo {
  /** Steps taken, this one included: from 1. */
  readonly step: number
  readonly rate: number
  /** Gradients are multiplied by this first: 1, or less where the norm is clipped. */
  readonly scale: number
}

/** An update rule's memory for one parameter; `arrays` are live, for saving and loading. */
export interface DenseState {
  readonly arrays: readonly Float32Array[]
  readonly update: (values: Float32Array, gradient: Float32Array, info: StepInfo) => void
}

export type DenseRule = (size: number) => DenseState

/** The same for a table, of which a step updates row `ids[i]` by gradient `sums[i]` [dim]. */
export interface RowState {
  readonly arrays: readonly Float32Array[]
  readonly update: (values: Float32Array, gradient: RowGradient, info: StepInfo) => void
}

export type RowRule = (rows: number, dim: number) => RowState

/** The rows that a batch read, each once, with their summed gradients [ids, dim]. */
export interface RowGradient {
  readonly ids: Int32Array
  readonly sums: Float32Array
}
