import {
  type Adds,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  encodeUserState,
  type Event,
  ExploreError,
  fold,
  type Id,
  type Millis,
  signalOf,
  type StateStore,
  type UserState,
} from '@explore/explore'

/** What the fold of a log's beginning leaves: a state store that only takes lists. */
export interface FoldedState {
  readonly store: StateStore
  /** As of the last event; of a newcomer where there is none. Not to be changed. */
  readonly user: (id: Id) => UserState
  /** The surface of the user's last event that names one. */
  readonly surface: (id: Id) => string | undefined
  /** Live item counters, row-major [items, COUNTERS]. */
  readonly counters: Float64Array
}

/**
 * Folds events in memory, as the stream processor does on disk. Throws EVALUATION_LEAK for an event at or after
 * `until`: features must not be newer than what they are to predict.
 */
export const foldedState = (
  events: Iterable<Event>,
  catalogue: Catalogue,
  { seen, until = Infinity }: { readonly seen: number; readonly until?: Millis },
): FoldedState => {
  const users = new Map<Id, UserState>()
  const surfaces = new Map<Id, string>()
  const counters = new Float64Array(catalogue.size * COUNTERS)
  const boards = new Map<string, Map<number, number>>()
  const lists = new Map<string, Uint8Array>()
  const adds: Adds = { counters: [], boards: [] }
  let watermark = 0

  for (const event of events) {
    watermark++
    if (event.time >= until) {
      const [when, limit] = [event.time, until].map(time => new Date(time).toISOString())
      throw new ExploreError(
        'EVALUATION_LEAK',
        `event ${event.eventId} of ${when} is newer than the features, which are as of ${limit}`,
      )
    }
    const signal = signalOf(event, catalogue)
    if (signal === undefined) continue
    let state = users.get(event.userId)
    if (state === undefined) users.set(event.userId, (state = emptyUserState()))
    if (event.surface !== undefined) surfaces.set(event.userId, event.surface)
    fold(state, signal, adds, { seen })
    for (const { item, field, delta } of adds.counters) counters[item * COUNTERS + field]! += delta
    for (const { board, item, delta } of adds.boards) {
      let scores = boards.get(board)
      if (scores === undefined) boards.set(board, (scores = new Map()))
      scores.set(item, (scores.get(item) ?? 0) + delta)
    }
    adds.counters.length = 0
    adds.boards.length = 0
  }
  const ids = [...users.keys()].sort()

  return {
    counters,
    user: id => users.get(id) ?? emptyUserState(),
    surface: id => surfaces.get(id),
    store: {
      users: wanted =>
        wanted.map(id => (users.has(id) ? encodeUserState(users.get(id)!) : undefined)),
      userIds: (after, limit) => {
        const from = after === undefined ? 0 : ids.indexOf(after) + 1
        return ids.slice(from, from + limit)
      },
      counters: items => {
        const rows = new Float64Array(items.length * COUNTERS)
        items.forEach((item, i) =>
          rows.set(counters.subarray(item * COUNTERS, (item + 1) * COUNTERS), i * COUNTERS),
        )
        return rows
      },
      top: (board, n) => {
        const best = [...(boards.get(board) ?? [])].sort(([, a], [, b]) => b - a).slice(0, n)
        return {
          items: Uint32Array.from(best, ([item]) => item),
          scores: Float64Array.from(best, ([, score]) => score),
        }
      },
      apply: () => Promise.reject(new Error('a folded state takes no more events')),
      watermark: () => watermark,
      get: key => lists.get(key),
      put: async (key, value) => void lists.set(key, value),
      putMany: async entries => {
        for (const [key, value] of entries) lists.set(key, value)
      },
      keys: async function* (prefix) {
        yield* [...lists.keys()].filter(key => key.startsWith(prefix))
      },
      remove: async keys => {
        for (const key of keys) lists.delete(key)
      },
      sweep: async () => 0,
      close: async () => {},
    },
  }
}
