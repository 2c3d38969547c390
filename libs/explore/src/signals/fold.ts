import type { BoardAdd, CounterAdd } from '../ports.ts'
import { EVENT_TYPES, type EventType } from '../types.ts'
import { addAffinity } from './affinity.ts'
import { COUNTER_FIELDS, type CounterField, growth } from './counters.ts'
import { forget, kindsOf, remember } from './history.ts'
import { blockAuthor, hasReacted, react } from './last-writer.ts'
import { see } from './seen-items.ts'
import { TRENDING_WINDOWS, trendingVote } from './trending-boards.ts'
import { COUNTS, DEDUPE, type UserState } from './user-state.ts'

/** An event with its names resolved: all that the fold may know. */
export interface Signal {
  /** 64-bit hash of the event id. */
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

const COUNTER_OF: Partial<Record<EventType, CounterField>> = {
  impression: 'impressions',
  click: 'clicks',
  long_view: 'longViews',
  share: 'shares',
  see_less: 'seeLess',
  report: 'reports',
}

/** Evidence of interest per engagement, against one impression. */
const ENGAGEMENT: Partial<Record<EventType, number>> = {
  click: 1,
  long_view: 1,
  like: 3,
  save: 4,
  share: 4,
  comment: 3,
  follow: 4,
  see_less: -6,
  report: -6,
}

/** Reactions with an opposite, kept as last-writer-wins sets. */
const SETS: Partial<Record<EventType, { readonly of: 'like' | 'save'; readonly on: 0 | 1 }>> = {
  like: { of: 'like', on: 1 },
  unlike: { of: 'like', on: 0 },
  save: { of: 'save', on: 1 },
  unsave: { of: 'save', on: 0 },
}

/** A first engagement of these kinds is the user's one vote in trending. */
const VOTES: readonly EventType[] = ['click', 'long_view', 'like', 'save', 'share']
/** Kinds that enter the history. */
const REMEMBERED: readonly EventType[] = [...VOTES, 'comment', 'follow', 'see_less', 'report']

/** What the tables above say of one type, looked up once per event; −1 where there is no such place. */
const effectOf = (type: EventType) => ({
  bit: 1 << EVENT_TYPES.indexOf(type),
  count: (COUNTS as readonly string[]).indexOf(SETS[type]?.of ?? type),
  counter: COUNTER_FIELDS.indexOf(COUNTER_OF[type]!),
  shown: type === 'impression' ? 1 : 0,
  engaged: ENGAGEMENT[type] ?? 0,
  set: SETS[type],
  /** Index of the set's type, bit of its kind and counter of its members. */
  of: EVENT_TYPES.indexOf(SETS[type]?.of ?? type),
  members: COUNTER_FIELDS.indexOf(SETS[type]?.of === 'save' ? 'saves' : 'likes'),
  votes: VOTES.includes(type),
  remembered: REMEMBERED.includes(type),
})

type Effect = ReturnType<typeof effectOf>

const EFFECTS = Object.fromEntries(EVENT_TYPES.map(type => [type, effectOf(type)])) as Readonly<
  Record<EventType, Effect>
>
const VOTE_BITS = VOTES.reduce((bits, type) => bits | EFFECTS[type].bit, 0)
const RECENT_IMPRESSIONS = COUNTER_FIELDS.indexOf('recentImpressions')
const RECENT_CLICKS = COUNTER_FIELDS.indexOf('recentClicks')

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
