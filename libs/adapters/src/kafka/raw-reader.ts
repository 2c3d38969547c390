import { createRequire } from 'node:module'
import type { Kafka, KafkaMessage } from 'kafkajs'

const require = createRequire(import.meta.url)

/** Records of one partition from `first` on; `next` is the offset to read from afterwards. Offsets may have gaps. */
export interface RawBatch {
  readonly first: number
  readonly next: number
  readonly messages: readonly KafkaMessage[]
}

/** The part of kafkajs's own cluster that fetching takes; its public face has consumers of a group only. */
interface Cluster {
  readonly connect: () => Promise<void>
  readonly disconnect: () => Promise<void>
  readonly addTargetTopic: (topic: string) => Promise<void>
  readonly refreshMetadata: () => Promise<void>
  readonly refreshMetadataIfNecessary: () => Promise<void>
  readonly findLeaderForPartitions: (
    topic: string,
    partitions: readonly number[],
  ) => Readonly<Record<string, readonly number[]>>
  readonly findBroker: (node: { readonly nodeId: string }) => Promise<{
    readonly fetch: (request: object) => Promise<{
      readonly responses: readonly { readonly partitions: readonly object[] }[]
    }>
  }>
  readonly fetchTopicsOffset: (
    topics: readonly object[],
  ) => Promise<readonly { readonly partitions: readonly { readonly offset: string }[] }[]>
}

interface Batch {
  readonly messages: readonly KafkaMessage[]
  readonly lastOffset: () => string
}

const BYTES = 4 * 2 ** 20
const READ_COMMITTED = 1
const TRIES = 8
const PAUSE = 200

/**
 * Reads any partition from any offset, without a consumer group. What retention has removed is passed over: the batch
 * then is empty and `next` is the first offset that is left.
 */
export const rawReader = (kafka: Kafka, metadataMaxAge: number) => {
  const Batch = require('kafkajs/src/consumer/batch') as new (
    topic: string,
    from: string,
    data: object,
  ) => Batch
  let opened: Promise<Cluster> | undefined

  const cluster = (): Promise<Cluster> => {
    opened ??= (async () => {
      const made = clusterOf(kafka, metadataMaxAge)
      await made.connect()
      return made
    })()
    opened.catch(() => (opened = undefined))
    return opened
  }

  const fetch = async (topic: string, partition: number, from: number): Promise<Batch> => {
    const own = await cluster()
    await own.addTargetTopic(topic)
    await own.refreshMetadataIfNecessary()
    const [nodeId] = Object.keys(own.findLeaderForPartitions(topic, [partition]))
    if (nodeId === undefined) throw new Error(`${topic} has no leader for partition ${partition}`)
    const broker = await own.findBroker({ nodeId })
    const asked = { partition, fetchOffset: `${from}`, maxBytes: BYTES }
    const { responses } = await broker.fetch({
      ...{ maxWaitTime: 1, minBytes: 0, maxBytes: BYTES, isolationLevel: READ_COMMITTED },
      topics: [{ topic, partitions: [asked] }],
    })
    return new Batch(topic, `${from}`, responses[0]!.partitions[0]!)
  }

  const offset = async (topic: string, partition: number, fromBeginning: boolean) => {
    const topics = [{ topic, partitions: [{ partition }], fromBeginning }]
    const [offsets] = await (await cluster()).fetchTopicsOffset(topics)
    return Number(offsets!.partitions[0]!.offset)
  }

  /** Asks again where a new leader, or a broker that restarts, is the reason. */
  const persistently = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (tries === TRIES || !isPassing(error)) throw error
        await new Promise(resolve => setTimeout(resolve, PAUSE * tries))
        await (await cluster()).refreshMetadata()
      }
    }
  }

  const readOnce = async (
    topic: string,
    partition: number,
    from: number,
    max: number,
  ): Promise<RawBatch> => {
    try {
      const batch = await fetch(topic, partition, from)
      const messages = batch.messages.slice(0, max)
      const whole = messages.length === batch.messages.length
      const last = whole ? Number(batch.lastOffset()) : Number(messages.at(-1)!.offset)
      return { first: from, next: Math.max(from, last + 1), messages }
    } catch (error) {
      if ((error as { readonly type?: string }).type !== 'OFFSET_OUT_OF_RANGE') throw error
      return {
        first: from,
        next: Math.max(from, await offset(topic, partition, true)),
        messages: [],
      }
    }
  }

  return {
    read: (topic: string, partition: number, from: number, max: number) =>
      persistently(() => readOnce(topic, partition, from, max)),
    /** The first offset that retention has left, and the one that the next record will get. */
    bounds: (topic: string, partition: number) =>
      persistently(async () => {
        await (await cluster()).addTargetTopic(topic)
        return {
          low: await offset(topic, partition, true),
          high: await offset(topic, partition, false),
        }
      }),
    close: async () => void (await (await opened?.catch(() => undefined))?.disconnect()),
  }
}

const isPassing = (error: unknown): boolean =>
  (error as { readonly retriable?: boolean }).retriable === true

const clusterOf = (kafka: Kafka, metadataMaxAge: number): Cluster => {
  const create = Object.getOwnPropertySymbols(kafka).find(({ description }) =>
    description?.endsWith('createCluster'),
  )!
  const make = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[create]!
  return make({ metadataMaxAge, allowAutoTopicCreation: false })
}
