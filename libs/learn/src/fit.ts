import type { Feeds } from './bind-feed.ts'
import { type Checkpoints, readCheckpoint, writeCheckpoint } from './checkpoints.ts'
import { pack, unpack } from './pack.ts'
import type { Rng } from './rng.ts'
import type { Trainer } from './trainer.ts'

export interface FitOptions<Batch> {
  /** Of the checkpoint. */
  readonly name: string
  readonly epochs: number
  /** The batches of one pass over the examples, the first is 1, drawn from `order` alone. */
  readonly batches: (order: Rng, pass: number) => readonly Batch[]
  readonly order: Rng
  /** What a step is fed; draws from `streams`. */
  readonly feeds: (batch: Batch) => Feeds
  readonly streams: readonly Rng[]
  /** How many examples a batch holds. */
  readonly size: (batch: Batch) => number
  /** What the parameters are worth, after a pass: more is better. Default: the last pass is best. */
  readonly judge?: () => Promise<number>
  /** Whether the parameters that it starts from may turn out to be the best. Default false. */
  readonly judgeStart?: boolean
  readonly checkpoints?: Checkpoints
  readonly onProgress?: (progress: FitProgress) => void
  readonly signal?: AbortSignal
}

export interface FitProgress {
  /** In [0, 1], over all passes. */
  readonly fraction: number
  readonly pass: number
  readonly passes: number
  /** Mean over the pass so far. */
  readonly loss: number
  /** Trained on since this process took it up. */
  readonly examples: number
  /** Of them per second. */
  readonly rate: number
  /** Trained parameters that are no table's: 6 FLOP each per example, forward and backward. */
  readonly weights: number
}

/** Progress as a person reads it: `pass 1 of 2 · loss 0.512 · 14,200/s`. */
export const fitNote = ({
  pass,
  passes,
  loss,
  rate,
}: Pick<FitProgress, 'pass' | 'passes' | 'loss' | 'rate'>): string =>
  `pass ${pass} of ${passes} · loss ${loss.toPrecision(4)} · ${Math.round(rate).toLocaleString('en')}/s`

export interface Fitted {
  readonly passes: readonly { readonly loss: number; readonly score: number }[]
  /** The pass whose parameters are left in place; 0 for those at the start. */
  readonly best: number
}

/** All that a step depends on besides parameters and moments. */
interface State {
  readonly pass: number
  /** Batches of the pass that are done. */
  readonly at: number
  readonly loss: number
  /** `order` as the pass began. */
  readonly order: readonly number[]
  readonly streams: readonly (readonly number[])[]
  readonly passes: Fitted['passes']
  readonly best: { readonly pass: number; readonly score: number }
}

/**
 * Passes over the examples, of which the best one counts. With `checkpoints`, training that was stopped,
 * by the signal or by a kill, goes on where it was and ends with the very parameters that it would have
 * had otherwise. Throws what the trainer throws, and the signal's reason once the state is saved.
 */
export const fit = async <Batch>(
  training: Trainer<never>,
  options: FitOptions<Batch>,
): Promise<Fitted> => {
  const { name, epochs, batches, order, feeds, streams, judge, checkpoints, signal } = options
  const weights = training.parameters
    .filter(({ table }) => !table)
    .reduce((sum, { values }) => sum + values.length, 0)
  let values = training.snapshot()
  const saved = checkpoints && readCheckpoint(checkpoints, name)
  const state = saved && resume(saved, training, values)
  let best = state?.best ?? { pass: 0, score: -Infinity }
  if (!state && options.judgeStart && judge) best = { pass: 0, score: await judge() }
  state?.streams.forEach((stream, i) => streams[i].load(stream))
  const passes = [...(state?.passes ?? [])]
  let examples = 0
  const start = performance.now()
  let savedAt = start

  for (let pass = state?.pass ?? 1; pass <= epochs; pass++) {
    const going = pass === state?.pass ? state : undefined
    if (going) order.load(going.order)
    const began = order.save()
    const parts = batches(order, pass)
    let loss = going?.loss ?? 0
    const save = (at: number): void => {
      if (!checkpoints) return
      const random = { order: began, streams: streams.map(stream => stream.save()) }
      const meta: State = { pass, at, loss, ...random, passes, best }
      writeCheckpoint(checkpoints, name, [...document(meta, values), training.save()])
      savedAt = performance.now()
    }
    for (let at = going?.at ?? 0; at < parts.length; at++) {
      const due = performance.now() - savedAt > (checkpoints?.every ?? 20_000)
      if (due || signal?.aborted) save(at)
      signal?.throwIfAborted()
      loss += (await training.step(feeds(parts[at]))).loss
      examples += options.size(parts[at])
      const fraction = (pass - 1 + (at + 1) / parts.length) / epochs
      const rate = (1000 * examples) / (performance.now() - start)
      const mean = loss / (at + 1)
      options.onProgress?.({ fraction, pass, passes: epochs, loss: mean, examples, rate, weights })
    }
    if (going?.at !== parts.length) save(parts.length)
    const score = judge ? await judge() : pass
    passes.push({ loss: loss / parts.length, score })
    if (score >= best.score) {
      best = { pass, score }
      values = training.snapshot()
    }
  }
  training.restore(values)
  return { passes, best: best.pass }
}

/** A length, then the state with the best pass's parameters, which the trainer's own follow. */
const document = (meta: State, values: readonly Float32Array[]): Uint8Array[] => {
  const packed = pack(meta, values)
  return [new Uint8Array(Uint32Array.of(packed.length).buffer), packed]
}

/** The state of a checkpoint, its parameters put in place; undefined where it is of another model or broken. */
const resume = (
  saved: Uint8Array,
  training: Trainer<never>,
  values: readonly Float32Array[],
): State | undefined => {
  try {
    const length = new DataView(saved.buffer, saved.byteOffset).getUint32(0, true)
    training.load(saved.subarray(4 + length))
    return unpack(saved.subarray(4, 4 + length), values) as State
  } catch {
    return undefined
  }
}
