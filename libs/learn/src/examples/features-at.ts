import {
  type Adds,
  type CandidateFeatures,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  type EventLog,
  fillCandidate,
  fillViewer,
  fold,
  type FoldLimits,
  type Id,
  type Millis,
  signalOf,
  type UserState,
  type ViewerFeatures,
  viewerFeatures,
} from '@explore/explore'
import type { Awaitable } from '@explore/pipeline'

/** Who was ranked what, and what of the log had been folded by then. */
export interface ServedRequest {
  /** The watermark: events before this offset were known. */
  readonly offset: number
  readonly user: Id
  /** From `surfaceBucket`. */
  readonly surface: number
  readonly now: Millis
  /** Ordinals. */
  readonly items: Uint32Array
}

export interface RequestFeatures {
  readonly viewer: ViewerFeatures
  readonly candidates: CandidateFeatures
}

/**
 * Recomputes the features of served requests as the trainer makes them: the log folded from its beginning up to each
 * request's offset. `requests` ascend by offset; memory is that of the users' states.
 */
export async function* featuresAt<R extends ServedRequest>(
  log: EventLog,
  requests: readonly R[],
  {
    catalogue,
    attributes,
    limits,
  }: {
    readonly catalogue: Catalogue
    /** From `attributeBuckets`. */
    readonly attributes: (user: Id) => Awaitable<Int32Array>
    readonly limits: FoldLimits
  },
): AsyncGenerator<readonly [request: R, features: RequestFeatures]> {
  const states = new Map<Id, UserState>()
  const counters = new Float64Array(catalogue.size * COUNTERS)
  const adds: Adds = { counters: [], boards: [] }
  let at = 0
  for (const request of requests) {
    while (at < request.offset) {
      const { events, next } = await log.read(at, Math.min(4096, request.offset - at))
      if (next <= at) break
      at = next
      for (const event of events) {
        const signal = signalOf(event, catalogue)
        if (!signal) continue
        const state = states.get(event.userId) ?? emptyUserState()
        states.set(event.userId, state)
        fold(state, signal, adds, limits)
        for (const { item, field, delta } of adds.counters) {
          counters[item * COUNTERS + field] += delta
        }
        adds.counters.length = 0
        adds.boards.length = 0
      }
    }
    const { user, surface, now, items } = request
    const state = states.get(user) ?? emptyUserState()
    const viewer = viewerFeatures(1)
    const facts = { state, attributes: await attributes(user), surface, now }
    fillViewer(viewer, 0, facts, catalogue)
    const candidates = candidateFeatures(items.length)
    items.forEach((item, row) =>
      fillCandidate(candidates, row, item, counters, item * COUNTERS, 0, state, now, catalogue),
    )
    yield [request, { viewer, candidates }]
  }
}
