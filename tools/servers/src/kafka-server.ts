import { nativeKafka } from './native-kafka.ts'
import { whyNoKafkaJars } from './kafka-distribution.ts'

export interface KafkaOptions {
  /** Default 1. With three, topics have three replicas of which two must acknowledge. */
  readonly nodes?: 1 | 3
  /** Properties of every node besides its own. */
  readonly settings?: Readonly<Record<string, string>>
  /** Of the first node; the others' follow. Default: any. */
  readonly port?: number
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

/** Brokers that are there already, for tests to use: kafka://HOST:PORT */
const GIVEN = 'EXPLORE_TEST_KAFKA'

/** Why there is no Kafka for tests here; undefined where there is. `own`: one whose nodes can be killed. */
export const whyNoKafka = ({ own = false } = {}): string | undefined => {
  if (process.env[GIVEN] !== undefined) {
    return own ? `${GIVEN} names brokers that must not be stopped` : undefined
  }
  return whyNoKafkaJars()
}

/** A Kafka for tests and development: the one that is given, else one from its jars. */
export const startKafka = async (options: KafkaOptions = {}): Promise<KafkaServer> => {
  const given = process.env[GIVEN]
  if (given === undefined) return nativeKafka(options)
  const brokers = given.replace(/^kafka:\/\//, '').split(',')
  return { url: `kafka://${brokers.join(',')}`, brokers, nodes: [], stop: async () => {} }
}
