import { type Catalogue, ITEM_TOPICS } from '../catalogue.ts'
import { authorKey, hash32 } from '../hash.ts'
import { type Event, EVENT_TYPES, ID_PATTERN } from '../types.ts'
import type { Signal } from './fold.ts'
import { HASH_HIGH } from './user-state.ts'

/**
 * An event with its names resolved, as the fold takes it; undefined where it is not sound or names an item that has
 * no ordinal. The processor and the trainer's replay share it, so both fold the same log to the same state.
 */
export const signalOf = (event: Event, catalogue: Catalogue): Signal | undefined => {
  const { itemId, authorId, type, time } = event
  const known = itemId === undefined ? undefined : catalogue.ordinal(itemId)
  // An item that has an ordinal has an id; the rest is rare.
  if (!hasSoundFrame(event) || (known === undefined && !namesAuthor(event))) return undefined
  const item = known ?? -1
  const named = authorId === undefined ? 0 : authorKey(authorId)
  return {
    id: eventHash(event.eventId),
    type,
    item,
    author: (item >= 0 && catalogue.authors[item]!) || named,
    topics: topicsOf(item, catalogue),
    time,
  }
}

const TYPES: ReadonlySet<unknown> = new Set(EVENT_TYPES)
const ID = new RegExp(ID_PATTERN)
const isId = (value: unknown): boolean => typeof value === 'string' && ID.test(value)

/** Whether what a log gave out as an event can be folded: logs outlive the code that wrote them. */
export const isSound = (event: Event): boolean =>
  hasSoundFrame(event) && (event.itemId === undefined ? namesAuthor(event) : isId(event.itemId))

const hasSoundFrame = ({ eventId, userId, authorId, type, time }: Event): boolean =>
  isId(userId) &&
  typeof eventId === 'string' &&
  TYPES.has(type) &&
  Number.isFinite(time) &&
  (authorId === undefined || isId(authorId))

/** Whether the event may name an author instead of an item. */
export const isAboutAuthor = ({ type }: Pick<Event, 'type'>): boolean =>
  type === 'hide_author' || type === 'unhide_author'

const namesAuthor = (event: Event): boolean => isAboutAuthor(event) && event.authorId !== undefined

const topicsOf = (item: number, { topics }: Catalogue): readonly number[] => {
  const keys: number[] = []
  if (item < 0) return keys
  for (let at = item * ITEM_TOPICS; at < (item + 1) * ITEM_TOPICS; at++) keys.push(topics[at]!)
  return keys
}

const words = new Uint32Array(2)
const joined = new BigUint64Array(words.buffer)

/** 45 bits of an event id: two events of the same 128 of one user collide once in 10^11. */
const eventHash = (eventId: string): bigint => {
  words[0] = hash32(eventId, 0xc2b2ae35)
  words[1] = hash32(eventId, 0x85ebca6b) & HASH_HIGH
  return joined[0]!
}
