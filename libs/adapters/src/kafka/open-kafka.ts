import type { ExploreError } from '@explore/explore'
import type { Admin, Kafka, Producer } from 'kafkajs'
import { kafkaError } from './kafka-error.ts'
import { kafkaSocket } from './kafka-socket.ts'
import { kafkaTarget, type KafkaTarget } from './kafka-target.ts'
import { type RawBatch, rawReader } from './raw-reader.ts'

/** One client of a Kafka; its connections are made when they are first needed. */
export interface KafkaLink {
  readonly target: KafkaTarget
  readonly kafka: Kafka
  /** `explore.events.v1` of the events, and so on. */
  readonly topic: (name: string) => string
  readonly producer: () => Promise<Producer>
  readonly admin: () => Promise<Admin>
  /** At most about `max` records of a partition from offset `from`. */
  readonly read: (topic: string, partition: number, from: number, max: number) => Promise<RawBatch>
  /** The first offset of a partition that retention has left, and the one that the next record will get. */
  readonly bounds: (
    topic: string,
    partition: number,
  ) => Promise<{ readonly low: number; readonly high: number }>
  /** Runs `work`; rejects with LOG_UNREACHABLE, LOG_FORBIDDEN or LOG_TOPIC. */
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T>
  /** As `attempt`, again for some seconds where a broker says that it is not ready: `work` may be done twice. */
  readonly persist: <T>(work: () => Promise<T>) => Promise<T>
  readonly error: (thrown: unknown) => ExploreError
  readonly close: () => Promise<void>
}

export interface KafkaOptions {
  readonly clientId?: string
  /** How often a request is sent again before its caller hears of it; a consumer tries for ever. */
  readonly retries?: number
}

/** Time-outs after research on Kafka 4.1: a frozen or restarting broker costs 1 to 6 s with these, 12 to 40 by default. */
const CONNECT = 1000
const REQUEST = 5000
export const METADATA_AGE = 3000
/** Milliseconds between two tries, the first and the longest. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1000 }
const PERSISTENCE = { tries: 20, pause: 250 }
/** What the leader gives its replicas to acknowledge. */
export const ACKNOWLEDGE = 4000

/** Opens the Kafka at `url`; throws SETTING_INVALID. It connects, and connects again, by itself. */
export const openKafka = async (
  url: string,
  { clientId = 'explore', retries = 4 }: KafkaOptions = {},
): Promise<KafkaLink> => {
  const target = kafkaTarget(url)
  const { loadKafkajs } = await import('./load-kafkajs.ts')
  const { Kafka, logLevel, Partitioners } = loadKafkajs()
  const kafka = new Kafka({
    ...{ brokers: [...target.brokers], ssl: target.ssl, sasl: target.sasl, clientId },
    ...{ connectionTimeout: CONNECT, requestTimeout: REQUEST, socketFactory: kafkaSocket },
    retry: { ...RETRY, retries },
    // Every error comes back to its caller, who knows what it means.
    logLevel: logLevel.NOTHING,
  })
  const error = (thrown: unknown): ExploreError => kafkaError(target.name, thrown)
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (thrown) {
      throw error(thrown)
    }
  }
  const closing: (() => Promise<unknown>)[] = []
  /** Connects once; a connection that failed is tried again by the next who needs it. */
  const connected = <T extends { connect: () => Promise<void>; disconnect: () => Promise<void> }>(
    make: () => T,
  ) => {
    let made: Promise<T> | undefined
    return (): Promise<T> => {
      made ??= attempt(async () => {
        const client = make()
        closing.push(() => client.disconnect())
        await client.connect()
        return client
      })
      made.catch(() => (made = undefined))
      return made
    }
  }
  const reader = rawReader(kafka, METADATA_AGE)
  closing.push(() => reader.close())

  return {
    target,
    kafka,
    topic: name => `${target.prefix}.${name}`,
    producer: connected(() =>
      kafka.producer({
        allowAutoTopicCreation: false,
        metadataMaxAge: METADATA_AGE,
        createPartitioner: Partitioners.DefaultPartitioner,
      }),
    ),
    admin: connected(() => kafka.admin()),
    read: (topic, partition, from, max) => attempt(() => reader.read(topic, partition, from, max)),
    bounds: (topic, partition) => attempt(() => reader.bounds(topic, partition)),
    attempt,
    persist: work =>
      attempt(async () => {
        for (let tries = 1; ; tries++) {
          try {
            return await work()
          } catch (thrown) {
            const { retriable } = thrown as { readonly retriable?: boolean }
            if (retriable !== true || tries === PERSISTENCE.tries) throw thrown
            await new Promise(resolve => setTimeout(resolve, PERSISTENCE.pause))
          }
        }
      }),
    error,
    close: async () => void (await Promise.allSettled(closing.map(close => close()))),
  }
}
