import { clockFinding } from '../clock-finding.ts'
import { decodeRecord } from './decode/decode-record.ts'
import type { KafkaLink } from './open-kafka.ts'
import type { PartitionLag } from './stream-lag.ts'

/** Of each partition, so many of its last records are looked at. */
const SAMPLE = 50

/**
 * Compares the clocks of brokers, producers and this machine by the last events: no request of Kafka's tells a broker's
 * time, but brokers stamp what arrives, and producers say when it happened.
 */
export const examineClocks = async (
  link: KafkaLink,
  topic: string,
  partitions: readonly PartitionLag[],
  wall: () => number,
) => {
  const batches = await Promise.all(
    partitions.map(({ partition, begin, end }) =>
      begin === end
        ? { messages: [] }
        : link.read(topic, partition, Math.max(begin, end - SAMPLE), SAMPLE),
    ),
  )
  const messages = batches.flatMap(batch => batch.messages)
  if (messages.length === 0) return []
  const stamps = messages.map(({ timestamp }) => Number(timestamp))
  const ahead = messages.flatMap((message, i) => {
    const said = timeOf(message)
    return said === undefined ? [] : [said - stamps[i]!]
  })
  const newest = Math.max(...stamps) - wall()
  const median = ahead.sort((a, b) => a - b)[ahead.length >> 1] ?? 0
  return [
    // Events are old as well as young: only what can't have happened yet tells of a clock.
    ...clockFinding('the brokers’ clock', {
      ...{ ahead: Math.max(0, newest), of: 'this machine’s' },
      means: 'events are taken for newer than they are',
    }),
    ...clockFinding('the clock of most producers', {
      ...{ ahead: Math.max(0, median), of: 'the brokers’' },
      means: 'their events are folded as of their arrival, or beyond events.futureMs dead-lettered',
    }),
  ]
}

const timeOf = (message: Parameters<typeof decodeRecord>[1]): number | undefined => {
  try {
    const { time } = decodeRecord('Event', message).row
    const at = typeof time === 'string' ? Date.parse(time) : time
    return typeof at === 'number' && Number.isFinite(at) ? at : undefined
  } catch {
    return undefined
  }
}
