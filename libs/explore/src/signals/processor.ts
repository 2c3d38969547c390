import type { Catalogue } from '../catalogue.ts'
import { ExploreError } from '../errors.ts'
import type { EventLog, LogBatch, ProfileStore, StateStore, StateWrite } from '../ports.ts'
import type { Settings } from '../settings.ts'
import type { Event, Id, Millis } from '../types.ts'
import { coalesceBoards, coalesceCounters } from './coalesce.ts'
import { type Adds, fold } from './fold.ts'
import { FORGET } from './forget.ts'
import { signalsByUser } from './signals-by-user.ts'
import { StateCache } from './state-cache.ts'
import { decodeUserState, encodeUserState } from './user-state-codec.ts'
import { emptyUserState, type UserState } from './user-state.ts'

export interface ProcessorParts {
  /** Where `step` reads. */
  readonly log: Pick<EventLog, 'read'>
  readonly state: StateStore
  readonly profiles: ProfileStore
  /** The processor's own replica; it keeps it up to date. */
  readonly catalogue: Catalogue
  readonly settings: Settings
  /** The partition of the log that it folds. Default 0. */
  readonly partition?: number
  /** Later times are clamped to it. Default: none are, as events are clamped where they are accepted. */
  readonly now?: () => Millis
  /** Hears of each batch that this processor has folded. */
  readonly folded?: (events: readonly Event[]) => void
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
  /** Marks: users whose state was removed. */
  forgotten: number
}

export interface StreamProcessor {
  /**
   * Folds at most about `max` events; returns how many it took from the log, 0 when it has caught up.
   * One call at a time.
   */
  readonly step: (max: number) => Promise<number>
  /**
   * Folds a batch that somebody else read, where it begins at the watermark. Resolves with the watermark then: the offset
   * to read on from, which is another than `batch.next` when the batch was refused. One call at a time.
   */
  readonly fold: (batch: LogBatch) => Promise<number>
  /** Offset of the next event to fold, as of the last step. */
  readonly watermark: () => number
  readonly counts: Readonly<ProcessorCounts>
}

/**
 * Folds a partition of the log into the state store, batch by batch, each written at once with the watermark that it leads to. Whatever
 * happens between reading and writing, a crash, a second processor, a store that lost its last write, the state is
 * the fold of the log up to its watermark. Events that cannot be folded are counted and passed over.
 */
export const processor = (parts: ProcessorParts): StreamProcessor => {
  const { log, state, partition } = parts
  const cache = new StateCache(parts.cachedUsers ?? 4096)
  const counts = newCounts()
  let watermark: number | undefined

  const step = async (max: number): Promise<number> => {
    for (;;) {
      const from = (watermark ??= await state.watermark(partition))
      const batch = await log.read(from, max, partition)
      if (batch.next <= from) return 0
      if ((await take(batch)) === batch.next) return batch.next - batch.first
    }
  }

  const foldBatch = async (batch: LogBatch): Promise<number> => {
    // Another has written since, or it is somebody else's place in the log.
    if (watermark !== batch.first) await forget()
    return watermark === batch.first ? take(batch) : watermark!
  }

  /** Writes a batch that begins at the watermark; resolves with the watermark, moved by it or by another writer. */
  const take = async (batch: LogBatch): Promise<number> => {
    const tally = newCounts()
    try {
      await state.apply(await written(batch, tally))
    } catch (error) {
      const stored = await forget()
      const lost = error instanceof ExploreError && error.code === 'WATERMARK_MISMATCH'
      if (!lost || stored === batch.first) throw error
      return stored
    }
    cache.trim()
    parts.folded?.(batch.events)
    for (const what of Object.keys(tally) as (keyof ProcessorCounts)[]) counts[what] += tally[what]
    return (watermark = batch.next)
  }

  /** Takes up the store's watermark: the cached states may have been folded further than those that it holds. */
  const forget = async (): Promise<number> => {
    cache.clear()
    watermark = undefined
    return (watermark = await state.watermark(partition))
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
    const users: [Id, Uint8Array | undefined][] = []
    // User by user, as a state that is in the processor's cache folds several times faster.
    for (const [user, theirs] of signals) {
      let known = cache.get(user) ?? stateOf(bytes.get(user))
      let change: 'none' | 'put' | 'remove' = 'none'
      for (const signal of theirs) {
        if (signal === FORGET) {
          known = emptyUserState()
          change = 'remove'
          tally.forgotten++
        } else if (known === undefined) tally.brokenState++
        else if (fold(known, signal, adds, limits)) {
          change = 'put'
          tally.folded++
        } else tally.repeated++
      }
      if (known === undefined) continue
      cache.set(user, known)
      if (change === 'put') users.push([user, encodeUserState(known)])
      if (change === 'remove') users.push([user, undefined])
    }
    return {
      ...(partition !== undefined && { partition }),
      expected: first,
      watermark: next,
      users,
      counters: coalesceCounters(adds.counters),
      boards: coalesceBoards(adds.boards),
    }
  }

  return { step, fold: foldBatch, watermark: () => watermark ?? 0, counts }
}

const newCounts = (): ProcessorCounts => ({
  folded: 0,
  repeated: 0,
  unsound: 0,
  unknownItem: 0,
  brokenState: 0,
  forgotten: 0,
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
