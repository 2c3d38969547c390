import {
  type Adds,
  type Catalogue,
  COUNTERS,
  type Event,
  fold,
  type FoldLimits,
  type Id,
  type Millis,
  signalOf,
  wasFolded,
} from '@explore/explore'
import { rng } from '../rng.ts'
import type { PositiveRows } from './positive-rows.ts'
import type { RankingRows } from './ranking-rows.ts'
import { Recorder } from './recorder.ts'
import type { RequestSnapshot } from './request-sample.ts'
import type { ViewerRows } from './viewer-rows.ts'

export interface ReplayInput {
  /** The log from its beginning, in its order. */
  readonly events: Iterable<readonly Event[]> | AsyncIterable<readonly Event[]>
  /** Names every item of the log; events about others are passed over. */
  readonly catalogue: Catalogue
  /** From `attributeBuckets`; asked once per user. */
  readonly attributes: (user: Id) => Int32Array
  readonly limits: FoldLimits
  /** Earlier events are folded but make no examples. Default: all make some. */
  readonly from?: Millis
  /** What happens from then on makes examples, but their features are as of then. Default: never. */
  readonly frozenAt?: Millis
  /** How long after an impression a reaction is its label. Default 24 hours. */
  readonly attributionMs?: Millis
  /** Requests to sample for distillation. Default 2,000. */
  readonly requests?: number
  /** Requests that may wait for late impressions at a time. Default 2,048. */
  readonly openRequests?: number
  /** A new file for the viewers, the bulk of the examples. Default: in memory. */
  readonly viewersFile?: string
  /** Of the sample of requests. Default 1. */
  readonly seed?: number | string
}

/** All that the models are trained on. Rows refer to each other; nothing of it may be changed. */
export interface Examples {
  readonly catalogue: Catalogue
  /** By user index. */
  readonly users: readonly Id[]
  readonly viewers: Pick<ViewerRows, 'length' | 'user' | 'time' | 'gather' | 'share' | 'close'>
  readonly ranking: RankingRows
  readonly positives: PositiveRows
  readonly requests: readonly RequestSnapshot[]
  /** Item counters at the log's end, row-major [catalogue.size, COUNTERS]. */
  readonly counters: Float64Array
  /** Events folded. */
  readonly events: number
  /** Time of the latest event; 0 for an empty log. */
  readonly end: Millis
}

/**
 * Replays the log through the fold and the features that serve, so that training sees what serving saw.
 * A request's viewer, and the interactions of all its items, are as of its first event; an item's
 * counters as of the first event about it in that request. No row contains an event of its own outcome,
 * even where reactions were logged before their impression.
 */
export const replay = async (input: ReplayInput): Promise<Examples> => {
  const { catalogue, attributes, limits, from = -Infinity, frozenAt = Infinity } = input
  const counters = new Float64Array(catalogue.size * COUNTERS)
  const recorder = new Recorder({
    catalogue,
    counters,
    attributes,
    frozenAt,
    attributionMs: input.attributionMs ?? 86_400_000,
    requests: input.requests ?? 2000,
    openRequests: input.openRequests ?? 2048,
    random: rng(input.seed ?? 1).fork('requests'),
    ...(input.viewersFile !== undefined && { viewersFile: input.viewersFile }),
  })
  const adds: Adds = { counters: [], boards: [] }
  let events = 0
  let end = 0

  const take = (event: Event): void => {
    const signal = signalOf(event, catalogue)
    if (!signal) return
    const reader = recorder.readers.of(event.userId)
    if (wasFolded(reader.state, signal.id)) return
    if (event.time >= from) recorder.record(reader, signal, event)
    else recorder.skip(reader, signal)
    if (event.time < frozenAt) fold(reader.state, signal, adds, limits)
    for (const { item, field, delta } of adds.counters) counters[item * COUNTERS + field] += delta
    adds.counters.length = 0
    adds.boards.length = 0
    events++
    end = Math.max(end, event.time)
  }
  for await (const batch of input.events) for (const event of batch) take(event)

  return {
    catalogue,
    users: recorder.readers.ids,
    viewers: recorder.viewers,
    ranking: recorder.ranking.finish(),
    positives: recorder.positives.finish(),
    requests: recorder.sample.taken(),
    counters,
    events,
    end,
  }
}
