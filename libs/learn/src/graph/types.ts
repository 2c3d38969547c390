import type { Attribute, Data, DType, Shape } from '../onnx/types.ts'

/** A symbolic value of the graph: what a run computes, is given, or looks up. */
export interface Tensor {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

/** A tensor whose values never change. */
export interface Constant extends Tensor {
  readonly values: Data
}

/** A trained tensor. `values` is the live storage: runs read it, optimisers write it. */
export interface Parameter extends Tensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** A table's gradient comes as rows, so that a step costs what the batch touches. */
  readonly table: boolean
  /** A table's row that is never updated: where padding ids point. */
  readonly padding: number | undefined
  /** Never trained, but kept with the model: a constant that was estimated from data. */
  readonly frozen: boolean
}

export const isTable = (tensor: Tensor): tensor is Parameter =>
  'table' in tensor && tensor.table === true

/** An input that the trainer draws at each step: 0 with probability `rate`, else 1 / (1 - rate). */
export interface DropoutMask extends Tensor {
  readonly rate: number
}

/** Upstream gradients, one per output and undefined where none arrives, to one per input. */
export type Gradient = (
  upstream: readonly (Tensor | undefined)[],
) => readonly (Tensor | undefined)[]

export interface Node {
  readonly op: string
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Absent where no gradient flows. */
  readonly gradient: Gradient | undefined
  /** The gradient [n, dim] of the n rows that were looked up, where the first input is a table. */
  readonly rows: ((upstream: Tensor) => Tensor) | undefined
  /** What stands for the output when nothing is trained: dropout's input. */
  readonly bypass: Tensor | undefined
}

/** Everything that was declared so far, in the order of declaration: inputs come before uses. */
export interface GraphState {
  readonly inputs: Tensor[]
  readonly masks: DropoutMask[]
  readonly parameters: Parameter[]
  readonly constants: Constant[]
  readonly nodes: Node[]
}
