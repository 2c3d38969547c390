import { ExploreError } from '@explore/explore'
import type { Tensor as OrtTensor } from 'onnxruntime-node'
import { type Feeds, bindFeed } from './bind-feed.ts'
import { resolve } from './graph/dims.ts'
import type { Graph } from './graph/graph.ts'
import { toModel } from './graph/to-model.ts'
import type { Tensor } from './graph/types.ts'
import { encodeModel } from './onnx/encode-model.ts'
import { ARRAYS, type Data } from './onnx/types.ts'
import type { Rng } from './rng.ts'
import { openSession, type Value } from './runtime.ts'

/** A compiled part of a graph. Parameters are read where they live, so every run sees updates. */
export interface Program<Name extends string> {
  readonly run: (feeds: Feeds) => Promise<Readonly<Record<Name, Value>>>
  /** The inputs that `run` needs. */
  readonly inputs: readonly string[]
  readonly release: () => Promise<void>
}

export interface ProgramOptions {
  readonly threads?: number
  /** Draws dropout masks; without it dropout is the identity. */
  readonly dropout?: Rng
  /** Results are valid until the next run only, and cost no allocation. Default false. */
  readonly reuse?: boolean
}

const PREFIX = 'output/'

/** Compiles the nodes that the named outputs need. */
export const program = async <Name extends string>(
  g: Graph,
  outputs: Readonly<Record<Name, Tensor>>,
  { threads = 1, dropout, reuse = false }: ProgramOptions = {},
): Promise<Program<Name>> => {
  // Prefixed, so that an output may have the name of an input.
  const prefixed = Object.entries<Tensor>(outputs).map(([name, x]) => [PREFIX + name, x] as const)
  const model = toModel(g, Object.fromEntries(prefixed), { inference: !dropout })
  if (threads > 1 && model.nodes.some(node => node.op === 'ScatterND')) {
    const message = 'the gradient of a gather runs on one thread: see scatterAdd'
    throw new ExploreError('GRAPH_INVALID', message)
  }
  const session = await openSession(encodeModel(model), { threads })
  const needed = new Set(session.inputs)
  const inputs = g.state.inputs.filter(input => needed.has(input.name))
  const masks = g.state.masks.filter(mask => needed.has(mask.name))

  const parameters: Record<string, OrtTensor> = {}
  for (const { name, shape, values } of g.state.parameters) {
    if (needed.has(name)) parameters[name] = session.tensor('float32', values, shape)
  }
  const kept = new Map<string, OrtTensor>()
  const memory = new Map<string, Data>()

  /** A tensor of this name and size to write into, over memory that grows to the largest run. */
  const scratch = (tensor: Tensor, name: string, names: ReadonlyMap<string, number>) => {
    const dims = resolve(tensor.shape, names)
    if (!dims) return null
    const size = dims.reduce((product, dim) => product * dim, 1)
    const last = kept.get(name)
    if (last?.dims.every((dim, i) => dim === dims[i])) return last
    const room = memory.get(name) ?? new ARRAYS[tensor.dtype](0)
    const data = room.length < size ? new ARRAYS[tensor.dtype](size) : room
    memory.set(name, data)
    const made = session.tensor(tensor.dtype, data.subarray(0, size), dims)
    kept.set(name, made)
    return made
  }

  return {
    inputs: inputs.map(input => input.name),
    release: session.release,
    run: async feeds => {
      const names = new Map<string, number>()
      const given: Record<string, OrtTensor> = { ...parameters }
      for (const input of inputs) {
        const { data, dims } = bindFeed(input, feeds[input.name], names)
        given[input.name] = session.tensor(input.dtype, data, dims)
      }
      for (const mask of masks) {
        const tensor = scratch(mask, mask.name, names)
        if (!tensor || !dropout)
          throw new ExploreError('FEED_INVALID', `no lengths for ${mask.name}`)
        const values = tensor.data as Float32Array
        const scale = 1 / (1 - mask.rate)
        for (let i = 0; i < values.length; i++) {
          values[i] = dropout.uniform() < mask.rate ? 0 : scale
        }
        given[mask.name] = tensor
      }
      const fetches: Record<string, OrtTensor | null> = {}
      for (const [name, output] of prefixed) {
        fetches[name] = reuse ? scratch(output, name, names) : null
      }
      const results = await session.run(given, fetches)
      const values = {} as Record<Name, Value>
      for (const name in outputs) {
        const result = results[PREFIX + name] as OrtTensor
        values[name] = { data: result.data as Data, dims: result.dims }
      }
      return values
    },
  }
}
