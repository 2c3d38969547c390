import {
  type Artifacts,
  type Catalogue,
  type Event,
  ExploreError,
  type Id,
  type Millis,
  type ModelName,
  type Settings,
} from '@explore/explore'
import type { Awaitable } from '@explore/pipeline'
import { join } from 'node:path'
import type { Checkpoints } from './checkpoints.ts'
import { type Parameters, parametersOf, type WarmStart } from './warm-start.ts'
import { type Examples, replay } from './examples/replay.ts'
import type { Candidates } from './first-stage/candidates.ts'
import { distil } from './first-stage/distil.ts'
import { secondStageScorer } from './second-stage/second-stage-scorer.ts'
import { trainSecondStage } from './second-stage/train-second-stage.ts'
import { retrievalInProcess } from './two-tower/retrieval-process.ts'
import { trainRetrieval } from './two-tower/train-retrieval.ts'

export interface TrainInput {
  /** The log from its beginning, in its order. */
  readonly events: Iterable<readonly Event[]> | AsyncIterable<readonly Event[]>
  /** Names every item of the log; its size is that of the artifacts. */
  readonly catalogue: Catalogue
  /** From `attributeBuckets`; asked once per user. */
  readonly attributes: (user: Id) => Awaitable<Int32Array>
  /** Weights of the value model, viewer groups, and limits of the fold. */
  readonly settings: Settings
  readonly seed: number
  /** Passes of the second stage. Default 2. */
  readonly epochs?: number
  /** Of the second stage. Default: 'small' up to half a million impressions. */
  readonly size?: 'small' | 'full'
  /** Requests that the first stage is distilled from. Default 1,500. */
  readonly requests?: number
  /** What they retrieve. Default: `unionOfSources`. */
  readonly candidates?: Candidates
  /** With 2, retrieval trains in a process of its own beside the second stage. Default 2. */
  readonly processes?: 1 | 2
  /** Events before then are folded but make no examples. Default: all make some. */
  readonly from?: Millis
  /** Goes on from these models, trained with the events before `since`, instead of from chance. */
  readonly initial?: { readonly models: Artifacts['models']; readonly since: Millis }
  /** A folder for what is too large for memory, emptied by who made it. Default: memory. */
  readonly folder?: string
  /** Training that was cut short goes on from here. */
  readonly checkpoints?: Checkpoints
  /** Told how far each stage is, in [0, 1]; with two processes retrieval and second stage take turns. */
  readonly onProgress?: (stage: TrainingStage, fraction: number, note?: string) => void
  readonly signal?: AbortSignal
}

export type TrainingStage = 'replay' | 'retrieval' | 'second stage' | 'first stage'

/**
 * Trains all models of a bundle on one log: replay, retrieval (towers, then similar items) and the
 * second stage side by side, then the first stage from both. The same log, settings and seed give the
 * same artifacts, with one process or two, cut short or not. Throws TRAIN_DATA where the log teaches too
 * little, TRAIN_DIVERGED, and the signal's reason.
 */
export const trainAll = async (input: TrainInput): Promise<Artifacts> => {
  const { catalogue, settings, seed, onProgress, signal } = input
  if (!anyServable(catalogue)) {
    throw new ExploreError(
      'TRAIN_DATA',
      `the catalogue has ${catalogue.size} items, of which none may be recommended`,
    )
  }
  const attributes = new Map<Id, Int32Array>()
  const examples = await replay({
    events: introduced(input, attributes, signal),
    catalogue,
    attributes: user => attributes.get(user) as Int32Array,
    limits: { seen: settings['state.seen'] },
    requests: input.requests ?? 1500,
    seed,
    ...(input.from !== undefined && { from: input.from }),
    ...(input.folder !== undefined && { viewersFile: join(input.folder, 'viewers') }),
  })
  try {
    onProgress?.('replay', 1, `${examples.events} events`)
    if (examples.ranking.length > 0) return await trainOn(examples, input)
    throw new ExploreError(
      'TRAIN_DATA',
      `none of the log's ${examples.events} events is an impression`,
    )
  } finally {
    examples.viewers.close()
  }
}

const trainOn = async (examples: Examples, input: TrainInput): Promise<Artifacts> => {
  const { settings, seed, processes = 2, onProgress, signal } = input
  // What fails on one side stops the other, and both are waited for.
  const failed = new AbortController()
  const common = {
    seed,
    signal: signal ? AbortSignal.any([signal, failed.signal]) : failed.signal,
    ...(input.checkpoints && { checkpoints: input.checkpoints }),
  }
  const { initial: before } = input
  const from = (...names: readonly ModelName[]): Parameters | undefined =>
    before && parametersOf(...names.map(name => before.models[name]))
  const goingOn = (...names: readonly ModelName[]): { readonly initial?: WarmStart } => {
    const parameters = from(...names)
    return before && parameters ? { initial: { parameters, since: before.since } } : {}
  }
  const failing = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      failed.abort(error)
      throw error
    })
  const sent = Promise.withResolvers<void>()
  const retrievalOptions = {
    ...common,
    ...goingOn('retrieval-user', 'retrieval-item'),
    onProgress: (fraction: number, message: string) => onProgress?.('retrieval', fraction, message),
  }
  const retrieving = failing(
    processes === 2
      ? retrievalInProcess(examples, { ...retrievalOptions, onSent: sent.resolve })
      : trainRetrieval(examples, retrievalOptions),
  )
  await (processes === 2 ? Promise.race([sent.promise, retrieving]) : retrieving)
  const ranking = failing(
    trainSecondStage(examples, {
      ...common,
      ...(input.size !== undefined && { size: input.size }),
      ...goingOn('second-stage'),
      ...(input.epochs !== undefined && { epochs: input.epochs }),
      onProgress: (fraction, message) => onProgress?.('second stage', fraction, message),
    }),
  )
  await Promise.allSettled([retrieving, ranking])
  common.signal.throwIfAborted()
  const [retrieval, secondStage] = await Promise.all([retrieving, ranking])

  const scorer = await secondStageScorer(secondStage.model)
  const initial = from('first-user', 'first-item')
  const { firstStage, metrics } = await distil(examples, retrieval, {
    ...common,
    ...(initial && { initial }),
    settings,
    secondStage: scorer,
    ...(input.candidates && { candidates: input.candidates }),
    onProgress: (fraction, message) => onProgress?.('first stage', fraction, message),
  })
  await scorer.release()

  const { towers, neighbours } = retrieval
  return {
    models: {
      'retrieval-user': towers.user,
      'retrieval-item': towers.item,
      'first-user': firstStage.user,
      'first-item': firstStage.item,
      'second-stage': secondStage.model,
    },
    trained: secondStage.trained,
    vectors: towers.vectors,
    dimension: towers.dimension,
    firstItems: firstStage.items,
    firstDimension: firstStage.dimension,
    neighbours,
    metrics: {
      events: examples.events,
      trainedTo: Math.min(retrieval.metrics.validFrom, secondStage.metrics.validFrom),
      users: examples.users.length,
      impressions: examples.ranking.length,
      positives: examples.positives.length,
      retrieval: retrieval.metrics,
      secondStage: secondStage.metrics,
      firstStage: metrics,
    },
  }
}

const anyServable = (catalogue: Catalogue): boolean => {
  for (let item = 0; item < catalogue.size; item++) if (catalogue.servable(item)) return true
  return false
}

/** The events; each batch comes after its users' attributes are known. */
async function* introduced(
  { events, attributes }: TrainInput,
  known: Map<Id, Int32Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Event[]> {
  for await (const batch of events) {
    signal?.throwIfAborted()
    for (const { userId } of batch) {
      if (!known.has(userId)) known.set(userId, await attributes(userId))
    }
    yield batch
  }
}
