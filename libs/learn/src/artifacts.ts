/** The models of a bundle, each the file `<name>.onnx`. */
export type ModelName =
  'retrieval-user' | 'retrieval-item' | 'first-user' | 'first-item' | 'second-stage'

/** What training gives and a bundle holds. Rows are ordinals, N of them. */
export interface Artifacts {
  /** ONNX bytes. */
  readonly models: Readonly<Record<ModelName, Uint8Array>>
  /** [N, dimension] unit item vectors of retrieval. */
  readonly vectors: Float32Array
  readonly dimension: number
  /** [N, firstDimension] cached item rows of the first stage. */
  readonly firstItems: Float32Array
  readonly firstDimension: number
  /** [N, width] ordinals best first, 0xffffffff = none, and their similarities in (0, 1]. */
  readonly neighbours: {
    readonly items: Uint32Array
    readonly scores: Float32Array
    readonly width: number
  }
  readonly metrics: Readonly<Record<string, unknown>>
}
