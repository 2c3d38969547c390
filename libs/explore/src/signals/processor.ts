import type { Catalogue } from '../catalogue.ts'
import { ExploreError } from '../errors.ts'
import type { EventLog, LogBatch, ProfileStore, StateStore, StateWrite } from '../ports.ts'
import type { Settings } from '../settings.ts'
import type { Id, Millis } from '../types.ts'
import { coalesceBoards, coalesceCounters } from './coalesce.ts'
import { type Adds, fold } from './fold.ts'
import { signalsByUser } from './signals-by-user.ts'
import { StateCache } from './state-cache.ts'
import { decodeUserState, encodeUserState } from './user-state-codec.ts'
import { emptyUserState, type UserState } from './user-state.ts'

export interface ProcessorParts {
  readonly log: EventLog
  readonly state: StateStore
  readonly profiles: ProfileStore
  /** The processor's own replica; it keeps it up to date. */
  readonly catalogue: Catalogue
  readonly settings: Settings
  /** Later times are clamped to it. Default: none are, as events are clamped where they are accepted. */
  readonly now?: () => Millis
  /** Decoded user states kept between batches. Default 4,096, some 30 MB. */
  readonly cachedUsers?: number
}

/** What became of the events, by this processor. */
export interface ProcessorCounts {
  folded: number
  /** Sent twice by a producer. */
  repeated: number
  /** Not an event: see `isSound`. */
  unsound: number
  /** About an item without an ordinal, while the setting events.unknownItems is `reject`. */
  unknownItem: number
  /** Of a user whose stored state is unreadable, which is left as it is. */
  brokenState: number
}

export interface StreamProcessor {
  /**
   * Folds at most about `max` events; returns how many it took from the log, 0 when it has caught up.
   * One call at a time.
   */
  readonly step: (max: number) => Promise<number>
  /** Offset of the next event to fold, as of the last step. */
  readonly watermark: () => number
  readonly counts: Readonly<ProcessorCounts>
}

/**
 * Folds the log into the state store, batch by batch, each written at once with the watermark that it leads to. Whatever
 * happens between reading and writing, a crash, a second processor, a store that lost its last write, the state is
 * the fold of the log up to its watermark. Events that cannot be folded are counted and passed over.
 */
export const processor = (parts: ProcessorParts): StreamProcessor => {
  const { log, state } = parts
  const cache = new StateCache(parts.cachedUsers ?? 4096)
  const counts = newCounts()
  let watermark: number | undefined

  const step = async (max: number): Promise<number> => {
    for (;;) {
      const from = (watermark ??= await state.watermark())
      const batch = await log.read(from, max)
      if (batch.next <= from) return 0
      const tally = newCounts()
      try {
        await state.apply(await written(batch, tally))
      } catch (error) {
        // The cached states have been folded in place, and the store does not hold them.
        cache.clear()
        watermark = undefined
        const lost = error instanceof ExploreError && error.code === 'WATERMARK_MISMATCH'
        if (!lost || (await state.watermark()) === from) throw error
        continue
      }
      cache.trim()
      watermark = batch.next
      for (const what of Object.keys(tally) as (keyof ProcessorCounts)[]) {
        counts[what] += tally[what]
      }
      return batch.next - batch.first
    }
  }

  const written = async (
    { first, next, events }: LogBatch,
    tally: ProcessorCounts,
  ): Promise<StateWrite> => {
    const signals = await signalsByUser(events, parts, tally)
    const missing = [...signals.keys()].filter(user => !cache.has(user))
    const stored = await state.users(missing)
    const bytes = new Map(missing.map((user, i) => [user, stored[i]]))
    const limits = { seen: parts.settings['state.seen'] }
    const adds: Adds = { counters: [], boards: [] }
    const users: [Id, Uint8Array][] = []
    // User by user, as a state that is in the processor's cache folds several times faster.
    for (const [user, theirs] of signals) {
      const known = cache.get(user) ?? stateOf(bytes.get(user))
      if (known === undefined) {
        tally.brokenState += theirs.length
        continue
      }
      cache.set(user, known)
      let folded = 0
      for (const signal of theirs) if (fold(known, signal, adds, limits)) folded++
      tally.folded += folded
      tally.repeated += theirs.length - folded
      if (folded > 0) users.push([user, encodeUserState(known)])
    }
    return {
      expected: first,
      watermark: next,
      users,
      counters: coalesceCounters(adds.counters),
      boards: coalesceBoards(adds.boards),
    }
  }

  return { step, watermark: () => watermark ?? 0, counts }
}

const newCounts = (): ProcessorCounts => ({
  folded: 0,
  repeated: 0,
  unsound: 0,
  unknownItem: 0,
  brokenState: 0,
})

/** Undefined where it is broken; throws STATE_NEWER, which must stop a processor that is too old. */
const stateOf = (bytes: Uint8Array | undefined): UserState | undefined => {
  if (bytes === undefined) return emptyUserState()
  try {
    return decodeUserState(bytes)
  } catch (error) {
    if (error instanceof ExploreError && error.code === 'STATE_BROKEN') return undefined
    throw error
  }
}
