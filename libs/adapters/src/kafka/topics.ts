/** A topic of the contract: docs/events.md says what each is for. */
export interface TopicContract {
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

const DAY = 86_400_000
/** Largest value that is decoded; larger ones are dead-lettered. */
export const MAX_VALUE = 64 * 1024

const kept = (days: number) => ({ 'cleanup.policy': 'delete', 'retention.ms': `${days * DAY}` })
const compacted = {
  'cleanup.policy': 'compact',
  // How long a reader may be away and still hear of a removal.
  'delete.retention.ms': `${7 * DAY}`,
}

/** Topics by what they carry, without their prefix. Partitions of the events are fixed for good: users live in them. */
export const TOPICS = {
  events: {
    name: 'events.v1',
    partitions: 16,
    // The broker's clock stamps events: what an event's time is judged by is then the same whenever it is read.
    config: { ...kept(90), 'message.timestamp.type': 'LogAppendTime' },
  },
  items: { name: 'items.v1', partitions: 4, config: compacted },
  users: { name: 'users.v1', partitions: 4, config: compacted },
  impressions: { name: 'impressions.v1', partitions: 16, config: kept(30) },
} as const satisfies Record<string, TopicContract>

/** Where a group puts what it cannot use, of any topic; larger than any record and its headers. */
export const deadLetterTopic = (group: string): TopicContract => ({
  name: `${group}.dlq`,
  partitions: 1,
  config: { ...kept(30), 'max.message.bytes': `${2 * 2 ** 20}` },
})
