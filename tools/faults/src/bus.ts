import { join } from 'node:path'
import {
  createTopics,
  deadLetterTopic,
  kafkaEventLog,
  type KafkaLink,
  openKafka,
} from '@explore/adapters'
import { type EventLog, type StateStore, settingsFrom } from '@explore/explore'
import type { KafkaServer } from '@explore/servers'
import { FOLD_SETTINGS } from './fold-settings.ts'
import { letterViolations } from './letters.ts'
import { partitionedLog } from './partitioned-log.ts'

/** What carries events from producers to processors. */
export interface Bus {
  readonly log: EventLog
  /** Where processors find it. */
  readonly address: string
  readonly worker: string
  readonly leaveMs: number
  /** A real broker may refuse a batch while it is hurt. */
  readonly fails: boolean
  /** What the group has committed; undefined where the group itself knows. */
  readonly committed: () => Promise<readonly number[] | undefined>
  /** Sends records that are no events at all. */
  readonly garbage: () => Promise<void>
  /** Whether the topic of dead letters takes none. */
  readonly lettersAway: (away: boolean) => Promise<void>
  /** Records that are neither events nor dead letters, or both. */
  readonly letters: (state: StateStore) => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export const folderBus = (folder: string, partitions: number): Bus => {
  const address = join(folder, 'log')
  const log = partitionedLog(address, partitions)
  return {
    ...{ log, address, worker: './folder-worker.ts', leaveMs: 500, fails: false },
    committed: async () => undefined,
    garbage: async () => {},
    lettersAway: async () => {},
    letters: async () => [],
    close: log.close,
  }
}

/** Kafka's number of the kind of resource that a topic is. */
const TOPIC = 2
/** A write then waits for brokers that never come, as it does for those that are away. */
const MORE_THAN_THERE_ARE = '9'

/** A real Kafka: topics of their own for each round. */
export const kafkaBus = async (
  server: KafkaServer,
  prefix: string,
  partitions: number,
): Promise<Bus> => {
  const address = `${server.url}/?prefix=${prefix}`
  const link = await openKafka(address, { retries: 30 })
  await createTopics(link, { partitions })
  const settings = settingsFrom(FOLD_SETTINGS)
  const log = await kafkaEventLog(link, { settings: () => settings, now: Date.now })
  const topic = link.topic('events.v1')
  return {
    ...{ log, address, worker: './kafka-worker.ts', leaveMs: 5000, fails: true },
    committed: () => committedOf(link, topic, partitions),
    garbage: async () => {
      const producer = await link.producer()
      await link.attempt(() => producer.send({ topic, messages: [...GARBAGE], acks: -1 }))
    },
    lettersAway: async away => {
      const { name, config } = deadLetterTopic(link.target.group)
      const wanted = { ...config, 'min.insync.replicas': away ? MORE_THAN_THERE_ARE : '2' }
      const configEntries = Object.entries(wanted).map(([name, value]) => ({ name, value }))
      const topic = {
        type: TOPIC,
        name: link.topic(name),
        configEntries,
      }
      const admin = await link.admin()
      await link.persist(() => admin.alterConfigs({ validateOnly: false, resources: [topic] }))
    },
    letters: state => letterViolations(link, log, topic, state),
    close: log.close,
  }
}

const committedOf = async (
  link: KafkaLink,
  topic: string,
  partitions: number,
): Promise<readonly number[]> => {
  const groupId = link.topic(link.target.group)
  const found = await (await link.admin()).fetchOffsets({ groupId, topics: [topic] })
  return Array.from({ length: partitions }, (_, partition) => {
    const offset = found[0]?.partitions.find(each => each.partition === partition)?.offset
    return Math.max(0, Number(offset ?? 0))
  })
}

const event = { eventId: 'g', userId: 'u1', itemId: 'i1', type: 'like', time: Date.now() }
const json = (value: object): string => JSON.stringify(value)

/** Truncated, oversized, not for its key, future-dated, of no format, of a schema never seen, empty. */
const GARBAGE = [
  { key: 'u1', value: json(event).slice(0, 30) },
  { key: 'u1', value: json({ ...event, surface: 'x'.repeat(200_000) }) },
  { key: 'u2', value: json(event) },
  { key: 'u1', value: json({ ...event, time: Date.now() + 10 * 365 * 86_400_000 }) },
  { key: 'u1', value: Buffer.from([255, 254, 0, 1, 2, 3]) },
  { key: 'u1', value: Buffer.from([0, 0, 0, 9, 9, 0, 1, 2]) },
  { key: 'u1', value: json({ ...event, userId: '{u1}' }) },
  { key: 'u1', value: '' },
  { key: 'u1', value: null },
] as const
