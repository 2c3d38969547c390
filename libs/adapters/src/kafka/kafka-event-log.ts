import type { Event, EventLog, Settings } from '@explore/explore'
import { partitionsOf } from './create-topics.ts'
import { decodeEvent } from './decode/decode-event.ts'
import { kafkaAppender } from './kafka-appender.ts'
import { type KafkaLink, openKafka } from './open-kafka.ts'
import { TOPICS } from './topics.ts'

export interface KafkaLogOptions {
  /** What decides which records are events: events.futureMs, events.maxAgeDays. */
  readonly settings: () => Settings
  readonly now: () => number
}

/**
 * The event log in Kafka's topic of events. Records that are no events are passed over when reading. Throws LOG_TOPIC
 * where the topic is missing, and LOG_UNREACHABLE.
 */
export const kafkaEventLog = async (
  link: KafkaLink,
  { settings, now }: KafkaLogOptions,
): Promise<EventLog> => {
  const topic = link.topic(TOPICS.events.name)
  const partitions = await partitionsOf(link, topic)
  return {
    ...kafkaAppender(link),
    partitions,
    read: async (from, max, partition = 0) => {
      const { first, next, messages } = await link.read(topic, partition, from, max)
      const place = { partition, partitions, settings: settings(), now }
      const events: Event[] = []
      const offsets: number[] = []
      for (const message of messages) {
        const decoded = decodeEvent(message, place)
        if (!('event' in decoded)) continue
        events.push(decoded.event)
        offsets.push(Number(message.offset))
      }
      return { first, next, events, offsets }
    },
    end: async (partition = 0) => (await link.bounds(topic, partition)).high,
  }
}

/** The log at a kafka:// address; closing it closes the connections. */
export const openKafkaLog = async (url: string, options: KafkaLogOptions): Promise<EventLog> => {
  const link = await openKafka(url)
  try {
    return await kafkaEventLog(link, options)
  } catch (error) {
    await link.close()
    throw error
  }
}
