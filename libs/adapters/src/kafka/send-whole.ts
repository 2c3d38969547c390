import { ExploreError } from '@explore/explore'
import { partitionOf } from './load-kafkajs.ts'
import { ACKNOWLEDGE, type KafkaLink } from './open-kafka.ts'

export interface KeyedMessage {
  readonly key: string
  /** null: the key's removal, where its topic is compacted. */
  readonly value: Buffer | null
}

/**
 * Sends messages; resolves when every partition has acknowledged its own. kafkajs alone does not promise that: when a
 * leader dies and its partition moves to a broker that has answered already, `send` resolves without having sent that
 * partition again (2.2.4, producer/sendMessages.js: `responsePerBroker.has(broker)`). What it acknowledged is in its
 * answer; the rest is sent once more, to the same partitions.
 */
export const sendWhole = async (
  link: Pick<KafkaLink, 'producer' | 'attempt' | 'target'>,
  { topic, partitions }: { readonly topic: string; readonly partitions: number },
  messages: readonly KeyedMessage[],
): Promise<void> => {
  const producer = await link.producer()
  let left = messages.map(message => ({
    ...message,
    partition: partitionOf(message.key, partitions),
  }))
  while (left.length > 0) {
    const sent = await link.attempt(() =>
      producer.send({ topic, messages: left, acks: -1, timeout: ACKNOWLEDGE }),
    )
    const acknowledged = new Set(sent.map(({ partition }) => partition))
    const rest = left.filter(({ partition }) => !acknowledged.has(partition))
    if (rest.length === left.length) {
      throw new ExploreError('LOG_UNREACHABLE', `${link.target.name}: nothing was acknowledged`)
    }
    left = rest
  }
}
