import type { Event, EventLog } from '@explore/explore'
import { partitionsOf } from './create-topics.ts'
import { eventToProtobuf } from './decode/protobuf-records.ts'
import type { KafkaLink } from './open-kafka.ts'
import { sendWhole } from './send-whole.ts'
import { TOPICS } from './topics.ts'

/** Most events of one request: some 100 KB, well below what a broker takes at once. */
const CHUNK = 1000

interface Append {
  readonly events: readonly Event[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Sends events to their topic, keyed by user. What comes while a request is under way shares the next one, so there is
 * one at a time and order survives a retry. Resolves when all in-sync replicas have them; rejects with LOG_UNREACHABLE,
 * after which they may be in the log or not, and sending them again is safe.
 */
export const kafkaAppender = (link: KafkaLink): Pick<EventLog, 'append' | 'close'> => {
  const topic = link.topic(TOPICS.events.name)
  let waiting: Append[] = []
  let sending: Promise<void> | undefined
  /** Fixed for good: users live in them. */
  let partitions: number | undefined

  const send = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        const events = group.flatMap(each => each.events)
        for (let at = 0; at < events.length; at += CHUNK) {
          await sendChunk(events.slice(at, at + CHUNK))
        }
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    sending = undefined
  }

  const sendChunk = async (events: readonly Event[]): Promise<void> => {
    partitions ??= await partitionsOf(link, topic)
    const messages = events.map(event => ({ key: event.userId, value: eventToProtobuf(event) }))
    await sendWhole(link, { topic, partitions }, messages)
  }

  return {
    append: events => {
      if (events.length === 0) return Promise.resolve()
      return new Promise((resolve, reject) => {
        waiting.push({ events, resolve, reject })
        sending ??= send()
      })
    },
    close: async () => {
      await sending
      await link.close()
    },
  }
}
