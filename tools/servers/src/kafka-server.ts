import { containedKafka } from './contained-kafka.ts'
import { whyNoKafkaJars } from './kafka-distribution.ts'
import { nativeKafka } from './native-kafka.ts'
import { startSomewhere, whyNowhere } from './ways.ts'

export interface KafkaOptions {
  /** Default 1. With three, topics have three replicas of which two must acknowledge. */
  readonly nodes?: 1 | 3
  /** Properties of every node besides its own. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of the first node; the others' follow. Default: any. */
  readonly port?: number
  /** An address of this machine by which others find it too, containers say; needs `local`. Default: 127.0.0.1 alone. */
  readonly advertised?: string
  /** As processes of this machine: the settings name its files, or signals must have been heard at once. */
  readonly local?: boolean
  /** Hears what takes long. */
  readonly say?: (what: string) => void
}

/** One node, which a test may kill, stop and start again. */
export interface KafkaNode {
  readonly address: string
  readonly start: () => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  /** Ends it; its data stay. */
  readonly stop: (name?: NodeJS.Signals) => Promise<void>
  readonly running: () => boolean
}

export interface KafkaServer {
  /** As the product's settings take it: kafka://127.0.0.1:19092 */
  readonly url: string
  readonly brokers: readonly string[]
  /** Empty where the brokers are not this process's. */
  readonly nodes: readonly KafkaNode[]
  /** Ends it, data and all. */
  readonly stop: () => Promise<void>
}

/** The version that comes from the jars too. */
export const KAFKA_IMAGE = 'docker.io/apache/kafka:4.1.1'

const PLACE = { variable: 'EXPLORE_TEST_KAFKA', image: KAFKA_IMAGE } as const

/** Why there is no Kafka for tests here; undefined where there is. `own`: one whose nodes can be killed. */
export const whyNoKafka = ({ own = false } = {}): string | undefined =>
  whyNowhere(PLACE, own, whyNoKafkaJars)

/** A Kafka for tests and development: the one that is given, else one in a container, else one from its jars. */
export const startKafka = (options: KafkaOptions = {}): Promise<KafkaServer> =>
  startSomewhere<KafkaServer>({
    ...PLACE,
    local: (options.local ?? false) || (options.nodes ?? 1) > 1,
    external: given => {
      const brokers = given.replace(/^kafka:\/\//, '').split(',')
      return { url: `kafka://${brokers.join(',')}`, brokers, nodes: [], stop: async () => {} }
    },
    contained: () => containedKafka(KAFKA_IMAGE, options),
    native: () => nativeKafka(options),
  })
