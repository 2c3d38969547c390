import { ExploreError } from '@explore/explore'
import type { Feeds } from './bind-feed.ts'
import { gradients } from './graph/gradients.ts'
import type { Graph } from './graph/graph.ts'
import type { Parameter, Tensor } from './graph/types.ts'
import { optimiser, type OptimiserOptions } from './optim/optimiser.ts'
import { pack, unpack } from './pack.ts'
import { program, type Program } from './program.ts'
import type { Rng } from './rng.ts'
import type { Value } from './runtime.ts'

export interface TrainerOptions<Watched extends string = never> extends OptimiserOptions {
  /** A scalar of the graph. */
  readonly loss: Tensor
  /** Scalars to report beside the loss. */
  readonly watch?: Readonly<Record<Watched, Tensor>>
  /** What is trained. Default: every parameter that the loss depends on and that is not frozen. */
  readonly parameters?: readonly Parameter[]
  /** Draws dropout masks; needed where the graph has dropout. */
  readonly rng?: Rng
  /** Threads inside one operator. Default 1, the most where a gather is trained. */
  readonly threads?: number
}

/** Values of the trained parameters at some time, in the trainer's order. */
export type Snapshot = readonly Float32Array[]

export interface Trainer<Watched extends string> {
  /**
   * One update; the loss is the batch's before it. Await a step before the next. Throws
   * TRAIN_DIVERGED, with the parameters as they were, where the loss is not finite.
   */
  readonly step: (feeds: Feeds) => Promise<Readonly<Record<'loss' | Watched, number>>>
  /** Steps taken. */
  readonly steps: () => number
  readonly parameters: readonly Parameter[]
  /** Runs outputs forward, dropout off, with the present values. Compiled once per set of tensors. */
  readonly evaluate: <Name extends string>(
    outputs: Readonly<Record<Name, Tensor>>,
    feeds: Feeds,
  ) => Promise<Readonly<Record<Name, Value>>>
  readonly snapshot: () => Snapshot
  readonly restore: (snapshot: Snapshot) => void
  /** Parameters, moments, step and random state: training resumes as if it had not stopped. */
  readonly save: () => Uint8Array
  /** Throws STATE_BROKEN where the bytes are of another model, with nothing changed. */
  readonly load: (saved: Uint8Array) => void
  readonly release: () => Promise<void>
}

/** Compiles a loss and its gradients into one program and applies an optimiser after each run. */
export const trainer = async <Watched extends string = never>(
  g: Graph,
  options: TrainerOptions<Watched>,
): Promise<Trainer<Watched>> => {
  const { loss, watch, rng, threads = 1 } = options
  if (g.state.masks.length > 0 && !rng) {
    throw new ExploreError('GRAPH_INVALID', 'a graph with dropout is trained with an rng')
  }
  const trained = options.parameters ?? g.state.parameters.filter(({ frozen }) => !frozen)
  const update = optimiser(gradients(g, loss, trained), options)
  const reported = Object.entries<Tensor>({ ...watch, loss })
  const outputs = { ...update.outputs, ...Object.fromEntries(reported) }
  const compiled = await program(g, outputs, { threads, reuse: true, ...(rng && { dropout: rng }) })
  const evaluations = new Map<string, Promise<Program<string>>>()
  let step = 0

  return {
    parameters: update.parameters,
    steps: () => step,
    step: async feeds => {
      const results = await compiled.run(update.feeds(feeds))
      const report = Object.fromEntries(reported.map(([name]) => [name, results[name].data[0]]))
      if (!Number.isFinite(report['loss'])) {
        const message = `the loss is ${report['loss']} at step ${step + 1}`
        throw new ExploreError('TRAIN_DIVERGED', message)
      }
      update.apply(step + 1, results)
      step++
      return report as Record<'loss' | Watched, number>
    },
    evaluate: async (outputs, feeds) => {
      const key = JSON.stringify(Object.entries<Tensor>(outputs).map(([name, t]) => [name, t.name]))
      const evaluation = evaluations.get(key) ?? program<string>(g, outputs, { threads })
      evaluations.set(key, evaluation)
      return (await evaluation).run(feeds)
    },
    snapshot: () => update.parameters.map(parameter => parameter.values.slice()),
    restore: snapshot =>
      update.parameters.forEach((parameter, i) => parameter.values.set(snapshot[i])),
    save: () => pack({ step, rng: rng?.save() }, update.arrays),
    load: saved => {
      const meta = unpack(saved, update.arrays) as TrainingState
      step = meta.step
      if (meta.rng) rng?.load(meta.rng)
    },
    release: async () => {
      await compiled.release()
      for (const evaluation of evaluations.values()) await (await evaluation).release()
    },
  }
}

interface TrainingState {
  readonly step: number
  readonly rng?: readonly number[]
}
