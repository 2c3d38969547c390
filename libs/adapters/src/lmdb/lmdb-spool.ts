import type { Event } from '@explore/explore'
import { decodeEvents, encodeEvents, type EventBlock } from './event-block.ts'
import type { LmdbEnvironment } from './open-lmdb.ts'

/** Events that wait for somewhere else, in their order. One process writes it. */
export interface Spool {
  readonly size: () => number
  /** Resolves when durable. */
  readonly add: (events: readonly Event[]) => Promise<void>
  /** The batch that was added first; undefined when there is none. */
  readonly first: () => readonly Event[] | undefined
  /** Forgets the first batch. */
  readonly drop: () => Promise<void>
}

export const lmdbSpool = (env: LmdbEnvironment): Spool => {
  const blocks = env.table<EventBlock, number>('spool', { encoding: 'msgpack' })
  const edge = (reverse: boolean): number | undefined =>
    [...blocks.getKeys({ reverse, limit: 1 })][0]
  let size = 0
  for (const { value } of blocks.getRange({})) size += value.eventId.length
  return {
    size: () => size,
    add: async events => {
      await env.write(() => blocks.putSync((edge(true) ?? 0) + 1, encodeEvents(events)))
      size += events.length
    },
    first: () => {
      env.refresh()
      for (const { value } of blocks.getRange({ limit: 1 })) return decodeEvents(value)
      return undefined
    },
    drop: async () => {
      await env.write(() => {
        const key = edge(false)
        if (key === undefined) return
        size -= blocks.get(key)!.eventId.length
        blocks.removeSync(key)
      })
    },
  }
}
