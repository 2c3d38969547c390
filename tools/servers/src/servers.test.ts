import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { kafkaProperties, propertiesText } from './kafka-properties.ts'
import { startKafka, whyNoKafka } from './kafka-server.ts'
import { startRedis, whyNoRedis } from './redis-server.ts'

const answers = (address: string): Promise<boolean> =>
  new Promise(resolve => {
    const [host, port] = address.split(':')
    const socket = connect(Number(port), host, () => resolve(!socket.destroy().connecting))
    socket.on('error', () => resolve(false))
  })

const redis = (address: string, ...command: readonly string[]): string =>
  execFileSync('redis-cli', ['-p', address.split(':')[1]!, ...command], { encoding: 'utf8' }).trim()

it('describes nodes that vote for each other', () => {
  const ports = [1, 2, 3].map(i => ({ client: 1000 + i, controller: 2000 + i }))
  const properties = propertiesText(kafkaProperties(2, ports, '/data', { 'num.io.threads': '7' }))
  expect(properties).toContain('node.id=2\n')
  expect(properties).toContain('voters=1@127.0.0.1:2001,2@127.0.0.1:2002,3@127.0.0.1:2003\n')
  expect(properties).toContain('listeners=PLAINTEXT://127.0.0.1:1002,')
  expect(properties).toContain('min.insync.replicas=2\n')
  expect(properties).toContain('num.io.threads=7\n')
})

it('starts Kafka, whose node can be killed and comes back with its data', async ({ skip }) => {
  const why = whyNoKafka({ own: true })
  skip(why !== undefined, why)
  const kafka = await startKafka({ local: true })
  const [node] = kafka.nodes
  expect(kafka.url).toBe(`kafka://${node!.address}`)
  expect(await answers(node!.address)).toBe(true)
  await node!.stop('SIGKILL')
  expect([node!.running(), await answers(node!.address)]).toEqual([false, false])
  await node!.start()
  expect(await answers(node!.address)).toBe(true)
  await kafka.stop()
  expect(await answers(node!.address)).toBe(false)
})

it('starts Redis, alone and as a cluster', async ({ skip }) => {
  const why = whyNoRedis({ own: true })
  skip(why !== undefined, why)
  const alone = await startRedis({ settings: ['--maxmemory', '5mb'], local: true })
  const [node] = alone.nodes
  expect(redis(node!.address, 'set', 'k', 'v')).toBe('OK')
  await node!.stop('SIGTERM')
  await node!.start()
  expect(redis(node!.address, 'get', 'k')).toBe('v')
  expect(redis(node!.address, 'config', 'get', 'maxmemory')).toContain('5242880')
  await alone.stop()

  const cluster = await startRedis({ cluster: 3 })
  expect(cluster.url).toMatch(/\?cluster=1$/)
  expect(redis(cluster.nodes[1]!.address, 'cluster', 'info')).toContain('cluster_known_nodes:3')
  await cluster.stop()
})

it('leaves no orphan behind a process that is killed', async ({ skip }) => {
  const why = whyNoRedis({ own: true }) ?? (existsSync('/proc/self') ? undefined : 'no Linux')
  skip(why !== undefined, why)
  const script = `
    const { startRedis } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))})
    console.log((await startRedis({ local: true })).nodes[0].address)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script])
  const [address] = (await once(child.stdout, 'data')) as [Buffer]
  expect(await answers(`${address}`.trim())).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => answers(`${address}`.trim())).toBe(false)
})
