/** Element types that the graph and its models use. */
export type DType = 'float32' | 'int32' | 'int64' | 'bool'

/** Their codes in onnx.proto's TensorProto.DataType. */
export const DTYPE_CODES: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
}

/** The array that holds a dtype's elements; a bool is one byte. */
export type Data = Float32Array | Int32Array | BigInt64Array | Uint8Array

/** The class of each dtype's array. */
export const ARRAYS = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const satisfies Record<DType, unknown>

/** A known length, or the name of one that each run decides (`batch`). */
export type Dim = number | string

export type Shape = readonly Dim[]

export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly tensor: { readonly dtype: DType; readonly shape: Shape; readonly values: Data } }

export interface ValueInfo {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

export interface OnnxNode {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** What a model file holds, in the file's order. */
export interface OnnxModel {
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly initialisers: readonly (ValueInfo & { readonly values: Data })[]
  readonly metadata?: Readonly<Record<string, string>>
}
