import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { startKafka, whyNoKafka } from './kafka-server.ts'
import { startRedis, whyNoRedis } from './redis-server.ts'

afterEach(() => void delete process.env.EXPLORE_SERVERS)

/** Sends bytes to a server; its first answer, or nothing where it is not there. */
const exchange = (address: string, bytes: Buffer | string): Promise<Buffer> =>
  new Promise(resolve => {
    const [host, port] = address.split(':')
    const socket = connect(Number(port), host, () => socket.write(bytes))
    socket.once('data', answer => resolve(answer) ?? socket.destroy())
    socket.once('error', () => resolve(Buffer.alloc(0)))
    socket.once('close', () => resolve(Buffer.alloc(0)))
  })

/** What Kafka is asked first: ApiVersions, version 0, correlation id 7, by a client without a name. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff])

const asked = async (address: string, ...commands: readonly string[]): Promise<string> =>
  `${await exchange(address, commands.map(each => `${each}\r\n`).join(''))}`.trim()

describe.each(['native', 'containers'])('servers by way of %s', way => {
  it('are a Redis that keeps what it has through a kill, and goes with its data', async ({
    skip,
  }) => {
    process.env.EXPLORE_SERVERS = way
    const why = whyNoRedis()
    skip(why !== undefined, why)
    const redis = await startRedis({ settings: ['--maxmemory', '7mb', '--appendfsync', 'always'] })
    const [node] = redis.nodes
    try {
      expect(redis.url).toContain(node!.address)
      expect(await asked(node!.address, 'SET k v')).toBe('+OK')
      expect(await asked(node!.address, 'CONFIG GET maxmemory')).toContain('7340032')
      await node!.stop('SIGKILL')
      expect(await asked(node!.address, 'GET k')).toBe('')
      await node!.start()
      expect(await asked(node!.address, 'GET k')).toBe('$1\r\nv')
    } finally {
      await redis.stop()
    }
    expect(await asked(node!.address, 'PING')).toBe('')
  }, 240_000)

  it('are a Kafka that comes back from a kill at its address', async ({ skip }) => {
    process.env.EXPLORE_SERVERS = way
    const why = whyNoKafka()
    skip(why !== undefined, why)
    const kafka = await startKafka()
    const [node] = kafka.nodes
    const answers = async (): Promise<number> => {
      const answer = await exchange(node!.address, API_VERSIONS)
      return answer.length < 8 ? 0 : answer.readInt32BE(4)
    }
    try {
      expect(await answers()).toBe(7)
      await node!.stop('SIGKILL')
      expect([node!.running(), await answers()]).toEqual([false, 0])
      await node!.start()
      expect([node!.running(), await answers()]).toEqual([true, 7])
    } finally {
      await kafka.stop()
    }
  }, 400_000)
})

describe('the way that is wanted', () => {
  it('is one of three', () => {
    process.env.EXPLORE_SERVERS = 'clouds'
    expect(() => whyNoRedis()).toThrow(/external, containers, native/)
  })

  it('is no container where processes of this machine are needed', async () => {
    process.env.EXPLORE_SERVERS = 'containers'
    expect(whyNoKafka({ own: true })).toContain('processes of this machine')
    await expect(startRedis({ cluster: 3 })).rejects.toThrow('processes of this machine')
  })

  it('is no other than an address where only that is wanted', async () => {
    process.env.EXPLORE_SERVERS = 'external'
    const given = process.env.EXPLORE_TEST_REDIS
    delete process.env.EXPLORE_TEST_REDIS
    try {
      expect(whyNoRedis()).toContain('EXPLORE_TEST_REDIS is unset')
      await expect(startRedis()).rejects.toThrow('EXPLORE_TEST_REDIS is unset')
      process.env.EXPLORE_TEST_REDIS = 'redis://elsewhere:6379'
      expect(await startRedis()).toMatchObject({ url: 'redis://elsewhere:6379', nodes: [] })
      expect(whyNoRedis({ own: true })).toContain('must not be stopped')
    } finally {
      delete process.env.EXPLORE_TEST_REDIS
      if (given !== undefined) process.env.EXPLORE_TEST_REDIS = given
    }
  })
})
