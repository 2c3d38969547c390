/** An input or output of a model: its rows are open, their width is not. */
export interface TensorSpec {
  readonly dtype: 'float32' | 'int32'
  /** Values per row; undefined: one, and the tensor has rank 1, shape [rows]. */
  readonly width?: number
  /** A model may take a single row instead: nobody feeds more. */
  readonly single?: true
}

export type TensorSpecs = Readonly<Record<string, TensorSpec>>

/** What a model may ask for, and what it must give. */
export interface ModelSpec {
  /** A model declares those of these inputs that it uses. */
  readonly inputs: TensorSpecs
  /** A model has all of these outputs, and may have more. */
  readonly outputs: TensorSpecs
}
