import type { BoardAdd, CounterAdd } from '../ports.ts'
import type { EventType } from '../types.ts'
import { addAffinity } from './affinity.ts'
import { growth } from './counters.ts'
import { type Effect, EFFECTS, RECENT_CLICKS, RECENT_IMPRESSIONS, VOTE_BITS } from './effects.ts'
import { forget, kindsOf, remember } from './history.ts'
import { blockAuthor, hasReacted, react } from './last-writer.ts'
import { see } from './seen-items.ts'
import { TRENDING_WINDOWS, trendingVote } from './trending-boards.ts'
import { DEDUPE, type UserState } from './user-state.ts'

/** An event with its names resolved: all that the fold may know. */
export interface Signal {
  /** 45-bit hash of the event id. */
  readonly id: bigint
  readonly type: EventType
  /** Ordinal; −1 where the event names none. */
  readonly item: number
  /** Author key: the item's author, or the one that the event names; 0 = unknown. */
  readonly author: number
  /** Topic keys of the item, 0-padded. */
  readonly topics: ArrayLike<number>
  /** Milliseconds since the epoch, already clamped to the log's clock. */
  readonly time: number
}

/** Receives what the fold adds to shared counters. */
export interface Adds {
  readonly counters: CounterAdd[]
  readonly boards: BoardAdd[]
}

export interface FoldLimits {
  /** Shown items remembered per user, oldest forgotten first. */
  readonly seen: number
}

/**
 * What one event does, and the only place that knows it: changes `state` in place and appends to `adds`.
 * Deterministic, so that state is the fold of the log whoever computes it, however often.
 * Returns false for an event whose id was already folded, which then changed nothing.
 */
export const fold = (state: UserState, signal: Signal, adds: Adds, limits: FoldLimits): boolean => {
  if (isRepeat(state, signal.id)) return false
  const { type, item, author, topics, time } = signal
  state.firstSeen = state.firstSeen === 0 ? time : Math.min(state.firstSeen, time)
  state.lastSeen = Math.max(state.lastSeen, time)
  if (type === 'hide_author' || type === 'unhide_author') {
    blockAuthor(state.blocked, author, type === 'hide_author' ? 1 : 0, time)
    return true
  }
  const effect = EFFECTS[type]
  // Whoever engages has seen: an item met elsewhere is not news either.
  if (item >= 0) see(state.seen, item, limits.seen)
  const votes = effect.votes && item >= 0 && !hasVoted(state, item)
  if (effect.set === undefined) countUp(state, signal, effect, adds)
  // A reaction that a later one undid, or that says what is so already, is no new evidence.
  else if (!toggle(state, signal, effect, adds)) return true

  if (effect.engaged !== 0 || effect.shown !== 0) {
    addAffinity(state.authors, author, effect.shown, effect.engaged, time)
    for (let i = 0; i < topics.length; i++) {
      addAffinity(state.topics, topics[i]!, effect.shown, effect.engaged, time)
    }
  }
  if (effect.remembered && item >= 0) remember(state.history, item, effect.bit, time)
  if (votes) vote(item, time, adds)
  return true
}

/** Whether an event of this id is among the last that were folded: folding it would change nothing. */
export const wasFolded = ({ dedupe }: UserState, id: bigint): boolean => {
  // Slots beyond the length are zeros, and come after all that are in use.
  const at = dedupe.ids.indexOf(id)
  return at >= 0 && at < dedupe.length
}

/** Whether the id was folded before; remembers it in the ring otherwise. */
const isRepeat = (state: UserState, id: bigint): boolean => {
  if (wasFolded(state, id)) return true
  const { dedupe } = state
  dedupe.ids[state.dedupeNext] = id
  dedupe.length = Math.max(dedupe.length, state.dedupeNext + 1)
  state.dedupeNext = (state.dedupeNext + 1) % DEDUPE
  return false
}

const countUp = (state: UserState, { item, time }: Signal, effect: Effect, adds: Adds): void => {
  if (effect.count >= 0) state.counts[effect.count]!++
  if (effect.counter < 0 || item < 0) return
  adds.counters.push({ item, field: effect.counter, delta: 1 })
  if (effect === EFFECTS.impression) {
    adds.counters.push({ item, field: RECENT_IMPRESSIONS, delta: growth(time) })
  } else if (effect === EFFECTS.click) {
    adds.counters.push({ item, field: RECENT_CLICKS, delta: growth(time) })
  }
}

/** Only a real change of the set moves a counter. */
const toggle = (
  state: UserState,
  { item, time }: Signal,
  { set, of, count, members }: Effect,
  adds: Adds,
): boolean => {
  const { on } = set!
  if (item < 0 || !react(state.reactions, item, of, on, time)) return false
  const delta = on === 1 ? 1 : -1
  state.counts[count] = Math.max(0, state.counts[count]! + delta)
  adds.counters.push({ item, field: members, delta })
  if (on === 0) forget(state.history, item, 1 << of)
  return true
}

/** A like that was undone has left the history, but not the reactions: toggling it makes no votes. */
const hasVoted = ({ history, reactions }: UserState, item: number): boolean =>
  (kindsOf(history, item) & VOTE_BITS) !== 0 || hasReacted(reactions, item)

const vote = (item: number, time: number, adds: Adds): void => {
  for (const window of TRENDING_WINDOWS) {
    const { board, weight } = trendingVote(window, time)
    adds.boards.push({ board, item, delta: weight })
  }
}
