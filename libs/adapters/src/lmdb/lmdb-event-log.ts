import { type Event, type EventLog, ExploreError } from '@explore/explore'
import { decodeEvents, encodeEvents, type EventBlock, withoutUsers } from './event-block.ts'
import type { LmdbEnvironment } from './open-lmdb.ts'

/** Most events in one entry: an entry is read whole. */
const BLOCK = 2048
/** Entries looked at in one transaction of erasing: others write in between. */
const ERASED_AT_ONCE = 200

interface Append {
  readonly events: readonly Event[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The event log in one LMDB table: blocks of events, each keyed by the offset that follows its last event, so that the
 * log's end is its last key and the block with offset `n` is the first one whose key is above `n`.
 * What is appended while a commit is under way shares the next commit, and its blocks.
 */
export const lmdbEventLog = (env: LmdbEnvironment): EventLog => {
  const blocks = env.table<EventBlock, number>('events', { encoding: 'msgpack' })
  let waiting: Append[] = []
  let committing: Promise<void> | undefined
  /** The block last read: readers that take less than a block come back for its rest. */
  let last: { readonly first: number; readonly events: readonly Event[] } | undefined

  const end = (): number => {
    for (const next of blocks.getKeys({ reverse: true, limit: 1 })) return next
    return 0
  }

  const commit = async (): Promise<void> => {
    while (waiting.length > 0) {
      let group: readonly Append[] = []
      const take = (): readonly Append[] => {
        const taken = waiting
        waiting = []
        return taken
      }
      try {
        await env.write(() => {
          group = take()
          const events = group.length === 1 ? group[0]!.events : group.flatMap(each => each.events)
          let next = end()
          for (let at = 0; at < events.length; at += BLOCK) {
            const block = events.slice(at, at + BLOCK)
            next += block.length
            blocks.putSync(next, encodeEvents(block))
          }
        })
        for (const { resolve } of group) resolve()
      } catch (error) {
        // Where no transaction began, nothing was taken.
        if (group.length === 0) group = take()
        for (const { reject } of group) reject(error)
      }
    }
    committing = undefined
  }

  return {
    partitions: 1,
    append: events => {
      if (events.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ events, resolve, reject })
        committing ??= commit()
      })
    },
    read: (from, max) => {
      env.refresh()
      const events: Event[] = []
      const take = (block: NonNullable<typeof last>): void => {
        const at = from + events.length
        if (block.first > at) {
          throw new ExploreError(
            'STATE_BROKEN',
            `${env.path} lacks events ${at} to ${block.first - 1}`,
          )
        }
        events.push(...block.events.slice(at - block.first, at - block.first + max - events.length))
        last = block
      }
      if (last && last.first <= from && from < last.first + last.events.length) take(last)
      if (events.length < max) {
        for (const { key, value } of blocks.getRange({ start: from + events.length + 1 })) {
          const decoded = decodeEvents(value)
          take({ first: key - decoded.length, events: decoded })
          if (events.length >= max) break
        }
      }
      return { first: from, next: from + events.length, events }
    },
    end: () => {
      env.refresh()
      return end()
    },
    erase: async (users, end) => {
      let erased = 0
      for (let after = 0, more = true; more;) {
        await env.write(() => {
          const keys = [...blocks.getKeys({ start: after + 1, limit: ERASED_AT_ONCE })]
          for (const key of keys) {
            const block = blocks.get(key)!
            const first = key - block.userId.length
            const rest = withoutUsers(block, users, end - first)
            if (rest !== undefined) blocks.putSync(key, rest.block)
            erased += rest?.erased ?? 0
          }
          after = keys.at(-1) ?? end
          more = keys.length === ERASED_AT_ONCE && after < end
        })
      }
      last = undefined
      return erased
    },
    close: async () => committing,
  }
}
