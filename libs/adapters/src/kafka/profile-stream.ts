import type { Item, ProfileStore, User } from '@explore/explore'
import { type DeadLetter, deadLetters } from './dead-letters.ts'
import { type DecodedProfile, decodeProfile } from './decode/decode-profile.ts'
import type { KafkaLink } from './open-kafka.ts'
import type { BatchHandler } from './subscription.ts'
import { TOPICS } from './topics.ts'

export interface ProfileCounts {
  put: number
  removed: number
  deadLettered: number
}

/**
 * Takes items and users over from their topics: of each, what the newest record says. What cannot be used is
 * dead-lettered before the batch counts as read.
 */
export const profileStream = (
  link: KafkaLink,
  profiles: Pick<ProfileStore, 'putItems' | 'deleteItems' | 'putUsers' | 'deleteUsers'>,
): BatchHandler & {
  readonly topics: readonly string[]
  readonly counts: Readonly<ProfileCounts>
} => {
  const bury = deadLetters(link)
  const counts: ProfileCounts = { put: 0, removed: 0, deadLettered: 0 }
  const [items, users] = [link.topic(TOPICS.items.name), link.topic(TOPICS.users.name)]

  const take = async <K extends 'Item' | 'User'>(
    kind: K,
    letterOf: (message: DeadLetter['message'], error: DeadLetter['error']) => DeadLetter,
    messages: readonly DeadLetter['message'][],
    put: (profiles: readonly (K extends 'Item' ? Item : User)[]) => Promise<void>,
    remove: (ids: readonly string[]) => Promise<unknown>,
  ): Promise<void> => {
    const letters: DeadLetter[] = []
    const newest = new Map<string, DecodedProfile<K>>()
    for (const message of messages) {
      const decoded = decodeProfile(kind, message)
      if ('refused' in decoded) letters.push(letterOf(message, decoded.refused))
      else newest.set(`${message.key}`, decoded)
    }
    await bury(letters)
    const puts = [...newest.values()].flatMap(each => ('put' in each ? [each.put] : []))
    const removed = [...newest.values()].flatMap(each => ('removed' in each ? [each.removed] : []))
    if (puts.length > 0) await put(puts as (K extends 'Item' ? Item : User)[])
    if (removed.length > 0) await remove(removed)
    counts.put += puts.length
    counts.removed += removed.length
    counts.deadLettered += letters.length
  }

  return {
    topics: [items, users],
    counts,
    handle: async (topic, partition, { next, messages }) => {
      const letterOf = (message: DeadLetter['message'], error: DeadLetter['error']) =>
        ({ topic, partition, message, error }) as const
      if (topic === items) {
        await take('Item', letterOf, messages, profiles.putItems, profiles.deleteItems)
      } else {
        await take('User', letterOf, messages, profiles.putUsers, profiles.deleteUsers)
      }
      return next
    },
  }
}
