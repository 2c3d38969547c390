import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { kafkaDistribution } from './kafka-distribution.ts'
import { kafkaProperties, type KafkaPorts, propertiesText } from './kafka-properties.ts'
import type { KafkaNode, KafkaServer, KafkaOptions } from './kafka-server.ts'
import { type ServerProcess, serverProcess } from './server-process.ts'

const run = promisify(execFile)
/** Any UUID in base64url will do; all nodes of a cluster share it. */
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qk'
/** Somebody may take a port between its choice and its use. */
const TRIES = 3

/** Kafka on this machine from its jars: nodes on ports of their own, data in a folder that goes when it stops. */
export const nativeKafka = async (options: KafkaOptions): Promise<KafkaServer> => {
  const say = options.say ?? (() => {})
  const { java } = await kafkaDistribution(async warmUp => {
    const cluster = await startCluster(warmUp, { nodes: 1 })
    await cluster.nodes[0]!.stop('SIGTERM')
    await cluster.stop()
  }, say)
  say(`starting Kafka, ${options.nodes ?? 1} node(s)`)
  for (let tries = 1; ; tries++) {
    try {
      return await startCluster(java, options)
    } catch (error) {
      const taken = /BindException|already in use/.test(`${error}`)
      if (tries === TRIES || !taken) throw error
    }
  }
}

const startCluster = async (
  java: readonly string[],
  { nodes: count = 1, settings, port, advertised }: KafkaOptions,
): Promise<KafkaServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-kafka-'))
  const ports = await Promise.all(
    Array.from({ length: count }, async (_, i): Promise<KafkaPorts> => ({
      client: port === undefined ? await freePort() : port + i,
      controller: await freePort(),
    })),
  )
  const nodes = ports.map((own, i) =>
    nodeOf(java, i + 1, ports, join(folder, `${i + 1}`), {
      ...(advertised !== undefined && beyond(own, advertised)),
      ...settings,
    }),
  )
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(node => node.stop('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(nodes.map(node => node.start()))
  } catch (error) {
    await stop()
    throw error
  }
  const brokers = ports.map(({ client }) => `${advertised ?? '127.0.0.1'}:${client}`)
  return { url: `kafka://${brokers.join(',')}`, brokers, nodes, stop }
}

/** Clients of other networks reach it, and are told by which address; the controllers stay among themselves. */
const beyond = ({ client, controller }: KafkaPorts, address: string) => ({
  listeners: `PLAINTEXT://0.0.0.0:${client},CONTROLLER://127.0.0.1:${controller}`,
  'advertised.listeners': `PLAINTEXT://${address}:${client}`,
})

const nodeOf = (
  java: readonly string[],
  id: number,
  ports: readonly KafkaPorts[],
  folder: string,
  settings: Readonly<Record<string, string>>,
): KafkaNode => {
  const properties = join(folder, 'server.properties')
  let formatted = false
  let server: ServerProcess | undefined
  return {
    address: `127.0.0.1:${ports[id - 1]!.client}`,
    start: async () => {
      if (!formatted) {
        mkdirSync(folder, { recursive: true })
        const own = kafkaProperties(id, ports, join(folder, 'data'), settings)
        writeFileSync(properties, propertiesText(own))
        const format = ['format', `--cluster-id=${CLUSTER_ID}`, '-c', properties]
        const quick = java.filter(argument => !argument.startsWith('-XX:Archive'))
        await run('java', [...quick, 'kafka.tools.StorageTool', ...format])
        formatted = true
      }
      server = serverProcess('java', [...java, 'kafka.Kafka', properties])
      await server.says(/Kafka Server started/)
    },
    signal: name => server?.signal(name),
    stop: async name => server?.end(name),
    running: () => server?.running() ?? false,
  }
}
