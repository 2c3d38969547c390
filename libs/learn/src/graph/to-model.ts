import type { OnnxModel, ValueInfo } from '../onnx/types.ts'
import { misuse } from './dims.ts'
import type { Graph } from './graph.ts'
import type { Node, Tensor } from './types.ts'

interface ModelOptions {
  /** Dropout becomes the identity. Default true. */
  readonly inference?: boolean
  /** Parameters become initialisers of the model instead of inputs. Default false. */
  readonly embed?: boolean
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The part of a graph that the named outputs need, as a model. Node order is the order of
 * construction; an output gets its given name.
 */
export const toModel = (
  g: Graph,
  outputs: Readonly<Record<string, Tensor>>,
  { inference = true, embed = false, metadata }: ModelOptions = {},
): OnnxModel => {
  const { state } = g
  const bypassed = new Map<Tensor, Tensor>()
  if (inference) {
    for (const { bypass, outputs } of state.nodes) {
      if (bypass && outputs[0]) bypassed.set(outputs[0], bypass)
    }
  }
  const actual = (tensor: Tensor): Tensor => {
    const other = bypassed.get(tensor)
    return other ? actual(other) : tensor
  }

  const needed = new Set(Object.values(outputs).map(actual))
  const nodes: Node[] = []
  for (const node of state.nodes.toReversed()) {
    if (!node.outputs.some(output => needed.has(output))) continue
    nodes.push(node)
    node.inputs.forEach(input => needed.add(actual(input)))
  }

  const computed = new Set(nodes.flatMap(node => node.outputs))
  const renamed = new Map<Tensor, string>()
  const copies: { readonly from: Tensor; readonly to: string }[] = []
  for (const [name, given] of Object.entries(outputs)) {
    const tensor = actual(given)
    // What no node makes, and what has a name already, needs a node to be called `name`.
    if (renamed.has(tensor) || !computed.has(tensor)) copies.push({ from: tensor, to: name })
    else renamed.set(tensor, name)
  }
  const nameOf = (tensor: Tensor) => renamed.get(actual(tensor)) ?? actual(tensor).name
  const info = ({ name, dtype, shape }: Tensor): ValueInfo => ({ name, dtype, shape })

  const known = new Set<Tensor>([...state.inputs, ...state.masks, ...state.parameters])
  state.constants.forEach(constant => known.add(constant))
  const foreign = [...needed].find(tensor => !computed.has(tensor) && !known.has(tensor))
  if (foreign) throw misuse(`'${foreign.name}' belongs to another graph`)

  const taken = [...needed].find(({ name }) => name in outputs)
  if (taken) throw misuse(`'${taken.name}' names an output and a tensor that it needs`)

  const parameters = state.parameters.filter(parameter => needed.has(parameter))
  return {
    nodes: [
      ...nodes.toReversed().map(({ op, inputs, outputs, attributes }) => ({
        op,
        inputs: inputs.map(nameOf),
        outputs: outputs.map(nameOf),
        attributes,
      })),
      ...copies.map(({ from, to }) => ({
        op: 'Identity',
        inputs: [nameOf(from)],
        outputs: [to],
        attributes: {},
      })),
    ],
    inputs: [...state.inputs, ...state.masks, ...(embed ? [] : parameters)]
      .filter(tensor => needed.has(tensor))
      .map(info),
    outputs: Object.entries(outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    initialisers: [
      ...state.constants.filter(constant => needed.has(constant)),
      ...(embed ? parameters : []),
    ].map(one => ({ ...info(one), values: one.values })),
    ...(metadata && { metadata }),
  }
}
