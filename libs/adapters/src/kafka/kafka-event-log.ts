import type { Event, EventLog, Settings } from '@explore/explore'
import { partitionsOf } from './create-topics.ts'
import { decodeEvent } from './decode/decode-event.ts'
import { eventToProtobuf } from './decode/protobuf-records.ts'
import { ACKNOWLEDGE, type KafkaLink } from './open-kafka.ts'
import { TOPICS } from './topics.ts'

/** Most events of one request: some 100 KB, well below what a broker takes at once. */
const CHUNK = 1000

interface Append {
  readonly events: readonly Event[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface KafkaLogOptions {
  /** What decides which records are events: events.futureMs, events.maxAgeDays. */
  readonly settings: () => Settings
  readonly now: () => number
}

/**
 * The event log in Kafka's topic of events, keyed by user. What is appended while a request is under way shares the next
 * one, so there is one at a time and order survives a retry. An append resolves when all in-sync replicas have it, and
 * rejects with LOG_UNREACHABLE: it may then be in the log or not, and sending it again is safe. Records that are no
 * events are passed over when reading. Throws LOG_TOPIC where the topic is missing.
 */
export const kafkaEventLog = async (
  link: KafkaLink,
  { settings, now }: KafkaLogOptions,
): Promise<EventLog> => {
  const topic = link.topic(TOPICS.events.name)
  const partitions = await partitionsOf(link, topic)
  let waiting: Append[] = []
  let sending: Promise<void> | undefined

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        const events = group.flatMap(each => each.events)
        for (let at = 0; at < events.length; at += CHUNK)
          await sendChunk(events.slice(at, at + CHUNK))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    sending = undefined
  }

  const sendChunk = async (events: readonly Event[]): Promise<void> => {
    const producer = await link.producer()
    const messages = events.map(event => ({ key: event.userId, value: eventToProtobuf(event) }))
    await link.attempt(() => producer.send({ topic, messages, acks: -1, timeout: ACKNOWLEDGE }))
  }

  return {
    partitions,
    append: events => {
      if (events.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ events, resolve, reject })
        sending ??= send()
      })
    },
    read: async (from, max, partition = 0) => {
      const { first, next, messages } = await link.read(topic, partition, from, max)
      const place = { partition, partitions, settings: settings(), now }
      const events = messages.flatMap(message => {
        const decoded = decodeEvent(message, place)
        return 'event' in decoded ? [decoded.event] : []
      })
      return { first, next, events }
    },
    end: async (partition = 0) => (await link.bounds(topic, partition)).high,
    close: async () => {
      await sending
      await link.close()
    },
  }
}
