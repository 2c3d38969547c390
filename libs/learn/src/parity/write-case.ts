import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bindFeed, type Feeds } from '../bind-feed.ts'
import type { Graph } from '../graph/graph.ts'
import { toModel } from '../graph/to-model.ts'
import type { Parameter } from '../graph/types.ts'
import { encodeModel } from '../onnx/encode-model.ts'
import type { Data } from '../onnx/types.ts'
import { adam, lazyAdam } from '../optim/adam.ts'
import { rng } from '../rng.ts'
import { trainer } from '../trainer.ts'
import type { SmallModel } from './small-models.ts'

/** The optimiser's options, which the other side gets told. */
const OPTIMISER = { rate: 0.01, clip: 0.5, beta1: 0.9, beta2: 0.999, epsilon: 1e-4, weightDecay: 0 }

/** Where an array lies in `arrays.bin`. */
interface Stored {
  readonly dtype: 'float32' | 'int32'
  readonly shape: readonly number[]
  readonly offset: number
}

/**
 * Writes a model's loss graph, its parameters, what its first steps are fed, and what comes of it here:
 * losses, the first gradients, the parameters after the last step. `twin.py` computes the same anew.
 */
export const writeCase = async (
  folder: string,
  make: () => Promise<SmallModel>,
): Promise<{ readonly parameters: number }> => {
  mkdirSync(folder, { recursive: true })
  const chunks: Uint8Array[] = []
  let end = 0
  const store = (data: Data, shape: readonly number[]): Stored => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    chunks.push(Uint8Array.from(bytes))
    end += bytes.length
    const dtype = data instanceof Float32Array ? 'float32' : 'int32'
    return { dtype, shape, offset: end - bytes.length }
  }
  const storeAll = (parameters: readonly Parameter[], values: readonly Float32Array[]) =>
    Object.fromEntries(parameters.map(({ name, shape }, i) => [name, store(values[i], shape)]))
  /** Never drops anything, so that masks are one number. */
  const kept = { ...rng(1), uniform: () => 1 }

  const { g, loss, steps } = await make()
  writeFileSync(join(folder, 'loss.onnx'), encodeModel(toModel(g, { loss }, { inference: false })))
  const { dense, rows } = { dense: adam(OPTIMISER), rows: lazyAdam(OPTIMISER) }
  const training = await trainer(g, { loss, ...OPTIMISER, dense, rows, rng: kept })
  const { parameters } = training
  const fed = g.state.parameters
  const before = storeAll(
    fed,
    fed.map(({ values }) => values),
  )
  const gradients = await firstGradients(make)
  const losses: number[] = []
  for (const feeds of steps) losses.push((await training.step(feeds)).loss)
  const meta = {
    optimiser: OPTIMISER,
    masks: Object.fromEntries(g.state.masks.map(({ name, rate }) => [name, 1 / (1 - rate)])),
    tables: Object.fromEntries(
      parameters.filter(({ table }) => table).map(({ name, padding }) => [name, padding ?? null]),
    ),
    trained: parameters.map(({ name }) => name),
    before,
    steps: steps.map(feeds => storeFeeds(g, feeds, store)),
    losses,
    gradients: storeAll(parameters, gradients),
    after: storeAll(
      parameters,
      parameters.map(({ values }) => values),
    ),
  }
  await training.release()
  writeFileSync(join(folder, 'arrays.bin'), Buffer.concat(chunks))
  writeFileSync(join(folder, 'case.json'), JSON.stringify(meta))
  return { parameters: parameters.length }
}

const storeFeeds = (
  g: Graph,
  feeds: Feeds,
  store: (data: Data, shape: readonly number[]) => Stored,
): Record<string, Stored> => {
  const lengths = new Map<string, number>()
  const fed = g.state.inputs.filter(({ name }) => name in feeds)
  return Object.fromEntries(
    fed.map(input => {
      const { data, dims } = bindFeed(input, feeds[input.name], lengths)
      return [input.name, store(data, dims)]
    }),
  )
}

/** Gradients of the first step before they are clipped, a table's as dense as its rows. */
const firstGradients = async (make: () => Promise<SmallModel>): Promise<Float32Array[]> => {
  const { g, loss, steps } = await make()
  const found: Float32Array[] = []
  const training = await trainer(g, {
    loss,
    rate: 0,
    rng: { ...rng(1), uniform: () => 1 },
    dense: () => ({ arrays: [], update: (_, gradient) => void found.push(gradient.slice()) }),
    rows: (count, dim) => ({
      arrays: [],
      update: (_, { ids, sums }) => {
        const all = new Float32Array(count * dim)
        ids.forEach((id, i) => all.set(sums.subarray(i * dim, (i + 1) * dim), id * dim))
        found.push(all)
      },
    }),
  })
  await training.step(steps[0])
  await training.release()
  return found
}
