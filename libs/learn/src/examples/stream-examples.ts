import {
  type Adds,
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  type Event,
  fillCandidate,
  fillViewer,
  fold,
  type FoldLimits,
  type Id,
  type Millis,
  type Signal,
  signalOf,
  surfaceBucket,
  type UserState,
  viewerFeatures,
  type ViewerFeatures,
  wasFolded,
} from '@explore/explore'
import type { Awaitable } from '@explore/pipeline'
import { labelOf, LABELS } from './labels.ts'
import { copyInterests } from './open-requests.ts'

/** One impression with what followed. */
export interface ExampleRow {
  /** Ordinal. */
  readonly item: number
  /** When it was shown. */
  time: Millis
  shown: boolean
  /** [LABELS] 1 where the reaction followed. */
  readonly labels: Uint8Array
  readonly dense: Float32Array
  readonly cross: Float32Array
}

/** A request with its viewer as it saw them, and its impressions. */
export interface ExampleRequest {
  readonly user: Id
  /** null where the events named none: then all that a user does at one time is a request. */
  readonly requestId: string | null
  readonly now: Millis
  readonly viewer: ViewerFeatures
  readonly rows: readonly ExampleRow[]
}

export interface StreamInput {
  readonly events: AsyncIterable<readonly Event[]>
  readonly catalogue: Catalogue
  /** From `attributeBuckets`; asked once per user. */
  readonly attributes: (user: Id) => Awaitable<Int32Array>
  readonly limits: FoldLimits
  /** How long after an impression a reaction is its label, and after a request an impression is its. Default 24 hours. */
  readonly attributionMs?: Millis
}

interface Open extends ExampleRequest {
  readonly key: string
  readonly rows: ExampleRow[]
  readonly interests: UserState
}

interface Reader {
  readonly state: UserState
  readonly attributes: Int32Array
  /** In the order in which they began. */
  readonly open: Map<string, Open>
}

/**
 * The ranking examples that `replay` makes of impressions, request by request, each as soon as no reaction can change it. Memory is
 * that of the users' states and of two attribution windows of the log, however long the log is.
 */
export async function* streamExamples({
  events,
  catalogue,
  attributes,
  limits,
  attributionMs = 86_400_000,
}: StreamInput): AsyncGenerator<ExampleRequest> {
  const counters = new Float64Array(catalogue.size * COUNTERS)
  const readers = new Map<Id, Reader>()
  const waiting: Open[] = []
  const adds: Adds = { counters: [], boards: [] }
  const candidate = candidateFeatures(1)
  let clock = -Infinity

  const requestOf = (reader: Reader, event: Event): Open => {
    const { requestId, userId, time } = event
    const key = requestId ?? `@${time}`
    const known = reader.open.get(key)
    if (known !== undefined) return known
    const viewer = viewerFeatures(1)
    const surface = surfaceBucket(event.surface)
    const { state } = reader
    fillViewer(viewer, 0, { state, attributes: reader.attributes, surface, now: time }, catalogue)
    const interests = copyInterests(state, emptyUserState()) as UserState
    const facts = { key, user: userId, requestId: requestId ?? null, now: time }
    const request: Open = { ...facts, viewer, interests, rows: [] }
    reader.open.set(key, request)
    waiting.push(request)
    return request
  }

  const rowOf = (reader: Reader, item: number, event: Event): ExampleRow => {
    const { rows, interests, now } = requestOf(reader, event)
    const known = rows.find(row => row.item === item)
    if (known !== undefined) return known
    fillCandidate(candidate, 0, item, counters, item * COUNTERS, 0, interests, now, catalogue)
    const row: ExampleRow = {
      ...{ item, time: 0, shown: false, labels: new Uint8Array(LABELS.length) },
      dense: candidate.dense.slice(0, CANDIDATE_DENSE),
      cross: candidate.cross.slice(0, CANDIDATE_CROSS),
    }
    rows.push(row)
    return row
  }

  /** The latest impression of the item, or of the author, that a reaction without a request is about. */
  const impressionOf = (
    { open }: Reader,
    { item, author, time }: Signal,
  ): ExampleRow | undefined => {
    for (const { rows } of [...open.values()].toReversed()) {
      const row = rows.findLast(
        row =>
          row.shown && (item >= 0 ? row.item === item : catalogue.authors[row.item] === author),
      )
      if (row !== undefined) return time >= row.time ? row : undefined
    }
    return undefined
  }

  const record = (reader: Reader, signal: Signal, event: Event): void => {
    const { type, item, time } = signal
    const label = labelOf(type)
    if (type === 'impression') {
      if (item < 0) return
      const row = rowOf(reader, item, event)
      if (!row.shown) Object.assign(row, { shown: true, time })
    } else if (label >= 0) {
      const row =
        item >= 0 && event.requestId !== undefined
          ? rowOf(reader, item, event)
          : impressionOf(reader, signal)
      // Before its impression a reaction always is in time.
      if (row && (!row.shown || time - row.time <= attributionMs)) row.labels[label] = 1
    }
  }

  const finished = function* (before: Millis): Generator<ExampleRequest> {
    while (waiting.length > 0 && waiting[0].now < before) {
      const request = waiting.shift() as Open
      readers.get(request.user)?.open.delete(request.key)
      const rows = request.rows.filter(row => row.shown)
      if (rows.length > 0) yield { ...request, rows }
    }
  }

  for await (const batch of events) {
    for (const event of batch) {
      const signal = signalOf(event, catalogue)
      if (!signal) continue
      let reader = readers.get(event.userId)
      if (reader === undefined) {
        const known = await attributes(event.userId)
        reader = { state: emptyUserState(), attributes: known, open: new Map() }
        readers.set(event.userId, reader)
      }
      if (wasFolded(reader.state, signal.id)) continue
      record(reader, signal, event)
      fold(reader.state, signal, adds, limits)
      for (const { item, field, delta } of adds.counters) counters[item * COUNTERS + field] += delta
      adds.counters.length = 0
      adds.boards.length = 0
      clock = Math.max(clock, event.time)
    }
    yield* finished(clock - 2 * attributionMs)
  }
  yield* finished(Infinity)
}
