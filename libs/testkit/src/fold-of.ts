import type { Awaitable } from '@explore/pipeline'
import {
  type Adds,
  Catalogue,
  COUNTERS,
  emptyUserState,
  encodeUserState,
  type Event,
  type EventLog,
  fold,
  type Id,
  isForgetMark,
  type ProfileStore,
  type Settings,
  signalOf,
  type UserState,
} from '@explore/explore'

/** What a store must hold once the log is folded. */
export interface Folded {
  readonly users: ReadonlyMap<Id, Uint8Array>
  /** Row-major [items, COUNTERS]. */
  readonly counters: Float64Array
  readonly boards: ReadonlyMap<string, ReadonlyMap<number, number>>
  readonly items: number
  readonly folded: number
  readonly repeated: number
  readonly skipped: number
}

/** The oracle: the log from 0 up to the `end` of each partition, folded event by event into plain maps. */
export const foldOf = async (
  { log, profiles }: { readonly log: EventLog; readonly profiles: ProfileStore },
  settings: Settings,
  end: (partition: number) => Awaitable<number> = () => Infinity,
): Promise<Folded> => {
  const catalogue = new Catalogue()
  await profiles.sync(catalogue)
  const states = new Map<Id, UserState>()
  const adds: Adds = { counters: [], boards: [] }
  const tally = { folded: 0, repeated: 0, skipped: 0 }
  for (let partition = 0; partition < log.partitions; partition++) {
    for await (const event of eventsOf(log, partition, await end(partition))) {
      if (isForgetMark(event)) {
        states.delete(event.userId)
        continue
      }
      const signal = signalOf(event, catalogue)
      if (signal === undefined) {
        tally.skipped++
        continue
      }
      const state = states.get(event.userId) ?? emptyUserState()
      states.set(event.userId, state)
      const isNew = fold(state, signal, adds, { seen: settings['state.seen'] })
      tally[isNew ? 'folded' : 'repeated']++
    }
  }
  const counters = new Float64Array(catalogue.size * COUNTERS)
  for (const { item, field, delta } of adds.counters) counters[item * COUNTERS + field]! += delta
  const boards = new Map<string, Map<number, number>>()
  for (const { board, item, delta } of adds.boards) {
    const sums = boards.get(board) ?? new Map<number, number>()
    boards.set(board, sums.set(item, (sums.get(item) ?? 0) + delta))
  }
  return {
    users: new Map(Array.from(states, ([id, state]) => [id, encodeUserState(state)])),
    counters,
    boards,
    items: catalogue.size,
    ...tally,
  }
}

async function* eventsOf(log: EventLog, partition: number, end: number): AsyncGenerator<Event> {
  for (let at = 0; at < end;) {
    const { events, next } = await log.read(at, Math.min(1000, end - at), partition)
    if (next <= at) return
    at = next
    yield* events
  }
}
