import type { Event, EventLog } from '@explore/explore'

/** The event log in an array. */
export const memoryEventLog = (): EventLog => {
  const log: Event[] = []
  return {
    append: async events => {
      log.push(...events)
    },
    read: (from, max) => {
      const events = log.slice(from, from + max)
      return { first: from, next: from + events.length, events }
    },
    end: () => log.length,
    close: async () => {},
  }
}
