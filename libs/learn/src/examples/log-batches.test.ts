import type { Event, EventLog } from '@explore/explore'
import { expect, it } from 'vitest'
import { logBatches } from './log-batches.ts'

const events = Array.from({ length: 25 }, (_, i): Event => ({
  eventId: `e${i}`,
  userId: 'u',
  type: 'click',
  itemId: 'i',
  time: i,
}))

const logOf = (events: Event[]): EventLog => ({
  partitions: 1,
  append: async more => void events.push(...more),
  read: (from, max) => {
    const read = events.slice(from, from + max)
    return { first: from, next: from + read.length, events: read }
  },
  end: () => events.length,
  close: async () => {},
})

it('reads to the end that the log had, whatever is appended meanwhile', async () => {
  const log = logOf([...events])
  const read: Event[] = []
  for await (const batch of logBatches(log, { max: 10 })) {
    expect(batch.length).toBeLessThanOrEqual(10)
    read.push(...batch)
    await log.append(events)
  }
  expect(read).toEqual(events)
})

it('merges partitions by time', async () => {
  const sent = Array.from({ length: 200 }, (_, i): Event => ({ ...events[0]!, time: i }))
  const logs = [0, 1, 2].map(place => logOf(sent.filter(({ time }) => (time * time) % 3 === place)))
  const log: EventLog = {
    ...logs[0]!,
    partitions: 3,
    read: (from, max, partition = 0) => logs[partition]!.read(from, max),
    end: (partition = 0) => logs[partition]!.end(),
  }
  const read: Event[] = []
  for await (const batch of logBatches(log, { max: 7 })) read.push(...batch)
  expect(read).toEqual(sent)
})
