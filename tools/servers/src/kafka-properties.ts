/** Where one node listens. */
export interface KafkaPorts {
  readonly client: number
  readonly controller: number
}

/** A server.properties, line by line. */
export const propertiesText = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

/**
 * The properties of node `id` (from 1) of a cluster that combines brokers and controllers; `folder` is its own. They
 * are for development and tests: it starts fast, stays small and is soon up again after a kill.
 */
export const kafkaProperties = (
  id: number,
  ports: readonly KafkaPorts[],
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> => {
  const { client, controller } = ports[id - 1]!
  const replicas = `${Math.min(3, ports.length)}`
  const inSync = `${Math.min(2, ports.length)}`
  return {
    'process.roles': 'broker,controller',
    'node.id': `${id}`,
    'controller.quorum.voters': ports
      .map(({ controller }, i) => `${i + 1}@127.0.0.1:${controller}`)
      .join(','),
    listeners: `PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${client}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': folder,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.num.partitions': '1',
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'num.network.threads': '2',
    'num.io.threads': '2',
    'log.segment.bytes': `${16 * 2 ** 20}`,
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    // A killed node's registration must expire before it may come back.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '300',
    'controller.quorum.election.timeout.ms': '500',
    'controller.quorum.fetch.timeout.ms': '1000',
    'controller.socket.timeout.ms': '3000',
    ...more,
  }
}
