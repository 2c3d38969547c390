import type { Attribute, Data, Dim, DType, Shape } from '../onnx/types.ts'
import { compute, misuse, product, show } from './dims.ts'
import type { Constant, Gradient, GraphState, Node, Tensor } from './types.ts'

interface Options {
  readonly shape: Shape
  /** Default: the first input's. */
  readonly dtype?: DType
  readonly attributes?: Readonly<Record<string, Attribute>>
  /** The upstream gradient to one gradient per input; absent where none flows. */
  readonly gradient?: (upstream: Tensor) => readonly (Tensor | undefined)[]
  readonly rows?: (upstream: Tensor) => Tensor
  readonly bypass?: Tensor
}

/** What every operator is built from: nodes, constants and lengths that are known only in a run. */
export interface Core {
  readonly state: GraphState
  /** Appends a node of one output. */
  readonly node: (op: string, inputs: readonly Tensor[], options: Options) => Tensor
  /** Appends a node of several outputs of the first input's type. */
  readonly nodes: (
    op: string,
    inputs: readonly Tensor[],
    shapes: readonly Shape[],
    attributes: Readonly<Record<string, Attribute>>,
    gradient: Gradient | undefined,
  ) => readonly Tensor[]
  /** A float constant; a number is a scalar. */
  readonly constant: (values: number | Float32Array, shape?: readonly number[]) => Tensor
  /** An int32 constant of one axis, as ids are. */
  readonly ids: (values: readonly number[]) => Tensor
  /** An int64 constant of one axis, as ONNX wants axes and shapes. */
  readonly indices: (values: readonly number[]) => Tensor
  /** A shape as an int64 tensor; names are looked up in the inputs that declared them. */
  readonly shapeVector: (shape: Shape) => Tensor
  /** A shape of a tensor as an int64 tensor, as the run finds it. */
  readonly shapeOf: (x: Tensor) => Tensor
}

export const core = (): Core => {
  const state: GraphState = { inputs: [], masks: [], parameters: [], constants: [], nodes: [] }
  const known = new Map<string, Tensor>()

  const append = (node: Node) => {
    state.nodes.push(node)
    return node.outputs
  }

  const constant = (dtype: DType, shape: readonly number[], values: Data): Tensor => {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    const key = `${dtype}${show(shape)}${bytes.toString('base64')}`
    const seen = known.get(key)
    if (seen) return seen
    const made: Constant = { name: `const:${state.constants.length}`, dtype, shape, values }
    state.constants.push(made)
    known.set(key, made)
    return made
  }

  const indices = (values: readonly number[]) =>
    constant('int64', [values.length], BigInt64Array.from(values, BigInt))

  const node: Core['node'] = (op, inputs, options) => {
    const gradient = options.gradient
    const output: Tensor = {
      name: `${op.toLowerCase()}:${state.nodes.length}`,
      dtype: options.dtype ?? inputs[0]?.dtype ?? 'float32',
      shape: options.shape,
    }
    append({
      op,
      inputs,
      outputs: [output],
      attributes: options.attributes ?? {},
      gradient: gradient && (([upstream]) => (upstream ? gradient(upstream) : [])),
      rows: options.rows,
      bypass: options.bypass,
    })
    return output
  }

  const shapeOf = (x: Tensor) => node('Shape', [x], { shape: [x.shape.length], dtype: 'int64' })

  /** One length of a run as int64 [1]. */
  const length = (dim: Dim): Tensor => {
    const seen = known.get(`${dim}`)
    if (seen) return seen
    const combine = (op: string) => (a: Tensor, b: Tensor) => node(op, [a, b], { shape: [1] })
    const find = (one: Dim) => (typeof one === 'number' ? indices([one]) : declared(one))
    const made = compute(dim, find, combine('Add'), combine('Mul'))
    known.set(`${dim}`, made)
    return made
  }

  const declared = (name: string): Tensor => {
    for (const input of state.inputs) {
      const axis = input.shape.indexOf(name)
      if (axis < 0) continue
      const attributes = { start: { int: axis }, end: { int: axis + 1 } }
      return node('Shape', [input], { shape: [1], dtype: 'int64', attributes })
    }
    throw misuse(`no input declares the length '${name}'`)
  }

  return {
    state,
    node,
    nodes: (op, inputs, shapes, attributes, gradient) =>
      append({
        op,
        inputs,
        outputs: shapes.map((shape, i) => ({
          name: `${op.toLowerCase()}:${state.nodes.length}:${i}`,
          dtype: inputs[0]?.dtype ?? 'float32',
          shape,
        })),
        attributes,
        gradient,
        rows: undefined,
        bypass: undefined,
      }),
    constant: (values, shape) => {
      const data = typeof values === 'number' ? Float32Array.of(values) : values
      const dims = shape ?? (typeof values === 'number' ? [] : [data.length])
      if (product(dims) !== data.length) {
        throw misuse(`constant of ${data.length} values has shape ${show(dims)}`)
      }
      return constant('float32', dims, data)
    },
    ids: values => constant('int32', [values.length], Int32Array.from(values)),
    indices,
    shapeOf,
    shapeVector: shape => {
      if (shape.every(dim => typeof dim === 'number')) return indices(shape)
      const parts = shape.map(length)
      if (parts.length === 1) return parts[0]
      return node('Concat', parts, { shape: [shape.length], attributes: { axis: { int: 0 } } })
    },
  }
}
