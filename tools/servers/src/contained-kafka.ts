import { contained } from './contained.ts'
import { kafkaProperties } from './kafka-properties.ts'
import type { KafkaOptions, KafkaServer } from './kafka-server.ts'

const [CLIENT, CONTROLLER] = [9092, 9093]

/** One node of Kafka in a container, configured as the official image takes it: by the environment. */
export const containedKafka = async (
  image: string,
  { settings, port, say = () => {} }: KafkaOptions,
): Promise<KafkaServer> => {
  say('starting Kafka in a container')
  const node = await contained({
    ...{ image, port: CLIENT, at: port },
    environment: published => ({
      KAFKA_HEAP_OPTS: '-Xms64m -Xmx384m',
      ...variables({
        ...kafkaProperties(1, [{ client: CLIENT, controller: CONTROLLER }], '/tmp/kafka'),
        listeners: `PLAINTEXT://0.0.0.0:${CLIENT},CONTROLLER://127.0.0.1:${CONTROLLER}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${published}`,
        ...settings,
      }),
    }),
    ready: /Kafka Server started/,
  })
  const { address } = node
  return { url: `kafka://${address}`, brokers: [address], nodes: [node], stop: node.remove }
}

/** `log.dirs` is KAFKA_LOG_DIRS there. */
const variables = (properties: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      `KAFKA_${key.toUpperCase().replaceAll('.', '_')}`,
      value,
    ]),
  )
