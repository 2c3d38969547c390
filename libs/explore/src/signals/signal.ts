import { type Catalogue, ITEM_TOPICS } from '../catalogue.ts'
import { authorKey, hash32 } from '../hash.ts'
import type { Event } from '../types.ts'
import type { Signal } from './fold.ts'

const NO_TOPICS: ArrayLike<number> = []

/**
 * An event with its names resolved, as the fold takes it; undefined where it names an item that has no
 * ordinal. The processor and the trainer's replay share it, so both fold the same log to the same state.
 */
export const signalOf = (event: Event, catalogue: Catalogue): Signal | undefined => {
  const { itemId, authorId, type, time } = event
  const item = itemId === undefined ? -1 : catalogue.ordinal(itemId)
  if (item === undefined) return undefined
  const named = authorId === undefined ? 0 : authorKey(authorId)
  return {
    id: eventHash(event.eventId),
    type,
    item,
    author: (item >= 0 && catalogue.authors[item]!) || named,
    topics:
      item < 0
        ? NO_TOPICS
        : catalogue.topics.subarray(item * ITEM_TOPICS, (item + 1) * ITEM_TOPICS),
    time,
  }
}

/** 64 bits of an event id: two events of the same 128 of one user collide once in 10^17. */
const eventHash = (eventId: string): bigint =>
  (BigInt(hash32(eventId, 0x85ebca6b)) << 32n) | BigInt(hash32(eventId, 0xc2b2ae35))
