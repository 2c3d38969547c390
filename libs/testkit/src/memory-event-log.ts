import { type Event, type EventLog, hash32 } from '@explore/explore'

/** The event log in arrays, one for each partition. */
export const memoryEventLog = (partitions = 1): EventLog => {
  const logs = Array.from({ length: partitions }, (): Event[] => [])
  return {
    partitions,
    append: async events => {
      for (const event of events) logs[hash32(event.userId) % partitions]!.push(event)
    },
    read: (from, max, partition = 0) => {
      const events = logs[partition]!.slice(from, from + max)
      return { first: from, next: from + events.length, events }
    },
    end: (partition = 0) => logs[partition]!.length,
    close: async () => {},
  }
}
