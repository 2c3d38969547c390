import type { IHeaders, KafkaMessage } from 'kafkajs'
import { LETTER } from './dead-letters.ts'
import { header } from './decode/decode-record.ts'
import type { KafkaLink } from './open-kafka.ts'
import { deadLetterTopic } from './topics.ts'

/** A dead letter as it is shown: where its record was, why it could not be used, and its bytes. */
export interface Letter {
  /** Its own offset in the topic of dead letters. */
  readonly offset: number
  /** `topic-partition-offset` of the record. */
  readonly place: string
  readonly topic: string
  readonly code: string
  readonly message: string
  readonly field?: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, string>>
  /** When the record arrived, in milliseconds since 1970. */
  readonly arrived: number
  readonly raw: KafkaMessage
}

const BATCH = 500

/** The dead letters of the link's group from an offset on, oldest first. */
export async function* lettersOf(link: KafkaLink, from = 0): AsyncGenerator<Letter> {
  const topic = link.topic(deadLetterTopic(link.target.group).name)
  const { high } = await link.bounds(topic, 0)
  for (let at = from; at < high;) {
    const { next, messages } = await link.read(topic, 0, at, BATCH)
    if (next <= at) return
    for (const message of messages) yield letterOf(message)
    at = next
  }
}

const OWN: ReadonlySet<string> = new Set(Object.values(LETTER))

const letterOf = (message: KafkaMessage): Letter => {
  const text = (name: string): string => header(message.headers, name) ?? ''
  const field = text(LETTER.field)
  const key = message.headers?.[LETTER.key]
  return {
    offset: Number(message.offset),
    place: `${message.key}`,
    topic: text(LETTER.topic),
    code: text(LETTER.code),
    message: text(LETTER.message),
    ...(field !== '' && { field }),
    key: key === undefined ? null : Buffer.from(key as Buffer),
    value: message.value,
    headers: Object.fromEntries(
      Object.entries(message.headers ?? {})
        .filter(([name]) => !OWN.has(name))
        .map(([name, value]) => [name, `${Array.isArray(value) ? value.at(-1) : value}`]),
    ),
    arrived: Number(text(LETTER.arrived)),
    raw: message,
  }
}

/** The headers that the record had, and when it first arrived: what its times are judged by stays the same. */
export const headersToReplay = ({ raw, arrived }: Letter): IHeaders => ({
  ...Object.fromEntries(Object.entries(raw.headers ?? {}).filter(([name]) => !OWN.has(name))),
  [LETTER.arrived]: `${arrived}`,
})
