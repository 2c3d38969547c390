import type { ExploreError } from '@explore/explore'
import type { IHeaders, KafkaMessage } from 'kafkajs'
import { ACKNOWLEDGE, type KafkaLink } from './open-kafka.ts'
import { deadLetterTopic } from './topics.ts'

/** Headers of a dead letter, named after those of Kafka Connect (org.apache.kafka.connect…DeadLetterQueueReporter). */
export const LETTER = {
  topic: '__connect.errors.topic',
  partition: '__connect.errors.partition',
  offset: '__connect.errors.offset',
  code: '__connect.errors.exception.class.name',
  message: '__connect.errors.exception.message',
  field: 'explore.error.field',
  /** The record's own key: the letter's is its place. */
  key: 'explore.key',
  /** When the record arrived, in milliseconds since 1970. */
  arrived: 'explore.arrived',
} as const

export interface DeadLetter {
  readonly topic: string
  readonly partition: number
  readonly message: KafkaMessage
  readonly error: ExploreError
}

/** Keeps what cannot be used, value and headers untouched; resolves when the broker has it, in all in-sync replicas. */
export const deadLetters = (link: KafkaLink) => {
  const topic = link.topic(deadLetterTopic(link.target.group).name)
  return async (letters: readonly DeadLetter[]): Promise<void> => {
    if (letters.length === 0) return
    const producer = await link.producer()
    const messages = letters.map(letter => ({
      key: `${letter.topic}-${letter.partition}-${letter.message.offset}`,
      value: letter.message.value,
      headers: headersOf(letter),
    }))
    // One by one where they are large: a request must stay below what the broker takes.
    for (const group of bySize(messages)) {
      await link.attempt(() =>
        producer.send({ topic, messages: group, acks: -1, timeout: ACKNOWLEDGE }),
      )
    }
  }
}

const headersOf = ({ topic, partition, message, error }: DeadLetter): IHeaders => {
  const { headers = {}, key, offset, timestamp } = message
  return {
    ...headers,
    [LETTER.topic]: topic,
    [LETTER.partition]: `${partition}`,
    [LETTER.offset]: offset,
    [LETTER.code]: error.code,
    [LETTER.message]: error.message.slice(0, 1000),
    ...(error.field !== undefined && { [LETTER.field]: error.field }),
    ...(key !== null && { [LETTER.key]: key }),
    // What came from here once keeps its first arrival.
    [LETTER.arrived]: headers[LETTER.arrived] ?? timestamp,
  }
}

const MOST_BYTES = 2 ** 19

function* bySize<T extends { readonly value: Buffer | null }>(
  messages: readonly T[],
): Generator<T[]> {
  let group: T[] = []
  let bytes = 0
  for (const message of messages) {
    const size = 1000 + (message.value?.length ?? 0)
    if (group.length > 0 && bytes + size > MOST_BYTES) {
      yield group
      group = []
      bytes = 0
    }
    group.push(message)
    bytes += size
  }
  yield group
}
