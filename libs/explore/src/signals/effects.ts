import { EVENT_TYPES, type EventType } from '../types.ts'
import { COUNTER_FIELDS, type CounterField } from './counters.ts'
import { COUNTS } from './user-state.ts'

const COUNTER_OF: Partial<Record<EventType, CounterField>> = {
  impression: 'impressions',
  click: 'clicks',
  long_view: 'longViews',
  share: 'shares',
  see_less: 'seeLess',
  report: 'reports',
  skip: 'skips',
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
  // A skip is evidence against, with an impression or, as histories are imported, without one.
  shown: type === 'impression' || type === 'skip' ? 1 : 0,
  engaged: ENGAGEMENT[type] ?? 0,
  set: SETS[type],
  /** Index of the set's type, bit of its kind and counter of its members. */
  of: EVENT_TYPES.indexOf(SETS[type]?.of ?? type),
  members: COUNTER_FIELDS.indexOf(SETS[type]?.of === 'save' ? 'saves' : 'likes'),
  votes: VOTES.includes(type),
  remembered: REMEMBERED.includes(type),
})

export type Effect = ReturnType<typeof effectOf>

export const EFFECTS = Object.fromEntries(
  EVENT_TYPES.map(type => [type, effectOf(type)]),
) as Readonly<Record<EventType, Effect>>
/** Kinds of VOTES in a history entry. */
export const VOTE_BITS = VOTES.reduce((bits, type) => bits | EFFECTS[type].bit, 0)
export const RECENT_IMPRESSIONS = COUNTER_FIELDS.indexOf('recentImpressions')
export const RECENT_CLICKS = COUNTER_FIELDS.indexOf('recentClicks')
