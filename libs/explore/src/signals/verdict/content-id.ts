import { hash32 } from '../../hash.ts'
import type { Event } from '../../types.ts'

const SEEDS = [0x2545f491, 0x9e3779b9, 0x7f4a7c15, 0xd1b54a32]

/** An id made of what the event says, so that the same event sent again is the same event: 128 bits in hex. */
export const contentId = (event: Omit<Event, 'eventId'>): string => {
  const { userId, type, itemId, authorId, time, requestId } = event
  // No id holds a line feed, so no two events read the same.
  const text = [userId, type, itemId, authorId, time, requestId].join('\n')
  return SEEDS.map(seed => hash32(text, seed).toString(16).padStart(8, '0')).join('')
}
