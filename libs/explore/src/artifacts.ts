/** The models of a bundle, each the file `<name>.onnx`. */
export const MODEL_NAMES = [
  'retrieval-user',
  'retrieval-item',
  'first-user',
  'first-item',
  'second-stage',
] as const

export type ModelName = (typeof MODEL_NAMES)[number]

/** What training gives and a bundle holds. Rows are ordinals, N of them. */
export interface Artifacts {
  /** ONNX bytes. */
  readonly models: Readonly<Record<ModelName, Uint8Array>>
  /** The second stage as it was trained, for a warm start; absent where others trained it. */
  readonly trained?: Uint8Array
  /** [N, dimension] unit item vectors of retrieval. */
  readonly vectors: Float32Array
  readonly dimension: number
  /** [N, firstDimension] cached item rows of the first stage. */
  readonly firstItems: Float32Array
  readonly firstDimension: number
  readonly neighbours: {
    /** [N, width] ordinals, best first, NO_ITEM = none. */
    readonly items: Uint32Array
    /** [N, width] similarities in (0, 1]. */
    readonly scores: Float32Array
    readonly width: number
  }
  readonly metrics: Readonly<Record<string, unknown>>
}

/** Fills up a list of neighbours that is shorter than its width. */
export const NO_ITEM = 0xffffffff
