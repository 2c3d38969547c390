import type { BoardAdd, CounterAdd } from '../ports.ts'
import { EVENT_TYPES, type EventType } from '../types.ts'
import { addAffinity } from './affinity.ts'
import { COUNTER_FIELDS, type CounterField, growth } from './counters.ts'
import { TRENDING_WINDOWS, trendingVote } from './trending-boards.ts'
import { COUNTS, DEDUPE, HISTORY, MAX_BLOCKED, reserve, type UserState } from './user-state.ts'

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

const bit = (type: EventType): number => 1 << EVENT_TYPES.indexOf(type)
/** A first engagement of these kinds is the user's one vote in trending. */
const VOTES = bit('click') | bit('long_view') | bit('like') | bit('save') | bit('share')
/** Kinds that enter the history. */
const REMEMBERED = VOTES | bit('comment') | bit('follow') | bit('see_less') | bit('report')

/**
 * What one event does, and the only place that knows it: changes `state` in place and appends to `adds`.
 * Deterministic, so that state is the fold of the log whoever computes it, however often.
 * Returns false for an event whose id was already folded, which then changed nothing.
 */
export const fold = (state: UserState, signal: Signal, adds: Adds, limits: FoldLimits): boolean => {
  if (isRepeat(state, signal.id)) return false
  const { type, time } = signal
  state.firstSeen = state.firstSeen === 0 ? time : Math.min(state.firstSeen, time)
  state.lastSeen = Math.max(state.lastSeen, time)

  if (type === 'hide_author' || type === 'unhide_author') {
    block(state, signal.author, type === 'hide_author', time)
    return true
  }
  const set = SETS[type]
  if (set !== undefined) react(state, signal, set.of, set.on, adds)
  else countUp(state, signal, adds)

  // Whoever engages has seen: an item met elsewhere is not news either.
  see(state, signal.item, limits.seen)
  const engaged = ENGAGEMENT[type] ?? 0
  const shown = type === 'impression' ? 1 : 0
  if (engaged !== 0 || shown !== 0) {
    addAffinity(state.authors, signal.author, shown, engaged, time)
    for (let i = 0; i < signal.topics.length; i++) {
      addAffinity(state.topics, signal.topics[i]!, shown, engaged, time)
    }
  }
  if ((bit(type) & REMEMBERED) !== 0) remember(state, signal, adds)
  return true
}

/** Whether the id was folded before; remembers it in the ring otherwise. */
const isRepeat = (state: UserState, id: bigint): boolean => {
  const { dedupe } = state
  for (let i = 0; i < dedupe.length; i++) if (dedupe.ids[i] === id) return true
  dedupe.ids[state.dedupeNext] = id
  dedupe.length = Math.max(dedupe.length, state.dedupeNext + 1)
  state.dedupeNext = (state.dedupeNext + 1) % DEDUPE
  return false
}

const countUp = (state: UserState, { type, item, time }: Signal, adds: Adds): void => {
  const own = (COUNTS as readonly string[]).indexOf(type)
  if (own >= 0) state.counts[own]!++
  const name = COUNTER_OF[type]
  if (name === undefined || item < 0) return
  add(adds, item, name, 1)
  if (type === 'impression') add(adds, item, 'recentImpressions', growth(time))
  if (type === 'click') add(adds, item, 'recentClicks', growth(time))
}

const add = (adds: Adds, item: number, name: CounterField, delta: number): void => {
  adds.counters.push({ item, field: COUNTER_FIELDS.indexOf(name), delta })
}

/** Last writer wins by event time; only a real change of the set moves a counter. */
const react = (
  state: UserState,
  { item, time }: Signal,
  of: 'like' | 'save',
  on: 0 | 1,
  adds: Adds,
): void => {
  const { reactions } = state
  const type = EVENT_TYPES.indexOf(of)
  let row = -1
  for (let i = 0; i < reactions.length && row < 0; i++) {
    if (reactions.items[i] === item && reactions.types[i] === type) row = i
  }
  if (row >= 0 && reactions.times[row]! > time) return
  const before = row < 0 ? 0 : reactions.on[row]!
  if (row < 0) row = roomFor(reactions)
  reactions.items[row] = item
  reactions.types[row] = type
  reactions.on[row] = on
  reactions.times[row] = time
  if (before === on) return
  const count = (COUNTS as readonly string[]).indexOf(of)
  state.counts[count] = Math.max(0, state.counts[count]! + (on ? 1 : -1))
  add(adds, item, of === 'like' ? 'likes' : 'saves', on ? 1 : -1)
  if (!on) forget(state, item, of)
}

/** A free row, or the row with the oldest time. */
const roomFor = (section: { length: number; times: Float64Array }): number => {
  if (section.length < section.times.length) return section.length++
  let oldest = 0
  for (let i = 1; i < section.length; i++) {
    if (section.times[i]! < section.times[oldest]!) oldest = i
  }
  return oldest
}

/** Clears an undone kind from the history; an entry without any kind left goes. */
const forget = ({ history }: UserState, item: number, type: EventType): void => {
  const row = history.items.subarray(0, history.length).lastIndexOf(item)
  if (row < 0) return
  history.kinds[row]! &= ~bit(type)
  if (history.kinds[row] === 0) removeRow(history, row)
}

const removeRow = (history: UserState['history'], row: number): void => {
  history.items.copyWithin(row, row + 1, history.length)
  history.kinds.copyWithin(row, row + 1, history.length)
  history.times.copyWithin(row, row + 1, history.length)
  history.length--
}

/** Puts the engagement at the history's end, joined with what the user did to the item before. */
const remember = (state: UserState, { item, type, time }: Signal, adds: Adds): void => {
  if (item < 0) return
  const { history } = state
  const row = history.items.subarray(0, history.length).lastIndexOf(item)
  const before = row < 0 ? 0 : history.kinds[row]!
  if (row >= 0) removeRow(history, row)
  else if (history.length === HISTORY) removeRow(history, 0)
  const at = history.length++
  history.items[at] = item
  history.kinds[at] = before | bit(type)
  history.times[at] = time
  if ((bit(type) & VOTES) !== 0 && (before & VOTES) === 0) {
    for (const window of TRENDING_WINDOWS) {
      const { board, weight } = trendingVote(window, time)
      adds.boards.push({ board, item, delta: weight })
    }
  }
}

const see = ({ seen }: UserState, item: number, limit: number): void => {
  if (item < 0 || seen.items.subarray(0, seen.length).includes(item)) return
  if (seen.length >= limit) {
    const drop = seen.length - limit + 1
    seen.items.copyWithin(0, drop, seen.length)
    seen.length -= drop
  }
  reserve(seen, seen.length + 1)
  seen.items[seen.length++] = item
}

const block = ({ blocked }: UserState, author: number, on: boolean, time: number): void => {
  if (author === 0) return
  let row = blocked.keys.subarray(0, blocked.length).indexOf(author)
  if (row >= 0 && blocked.times[row]! > time) return
  if (row < 0) {
    if (blocked.length < MAX_BLOCKED) {
      reserve(blocked, blocked.length + 1)
      row = blocked.length++
    } else row = roomFor(blocked)
  }
  blocked.keys[row] = author
  blocked.on[row] = on ? 1 : 0
  blocked.times[row] = time
}
