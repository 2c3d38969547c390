import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import { hasCommand } from './has-command.ts'
import { type ServerProcess, serverProcess } from './server-process.ts'

const run = promisify(execFile)

export interface RedisOptions {
  /** Masters of a Redis Cluster without replicas; default: one Redis that is no cluster. */
  readonly cluster?: number
  /** Lines of redis.conf as arguments: ['--maxmemory', '10mb'] */
  readonly settings?: readonly string[]
  /** Of the first node. Default: any. */
  readonly port?: number
}

export interface RedisNode {
  readonly address: string
  readonly start: () => Promise<void>
  readonly signal: (name: NodeJS.Signals) => void
  readonly stop: (name?: NodeJS.Signals) => Promise<void>
}

export interface RedisServer {
  /** As the product's settings take it. */
  readonly url: string
  readonly nodes: readonly RedisNode[]
  readonly stop: () => Promise<void>
}

const GIVEN = 'EXPLORE_TEST_REDIS'

/** Why there is no Redis for tests here; undefined where there is. `own`: one whose nodes can be killed. */
export const whyNoRedis = ({ own = false } = {}): string | undefined => {
  if (process.env[GIVEN] !== undefined) {
    return own ? `${GIVEN} names a Redis that must not be stopped` : undefined
  }
  return hasCommand('redis-server') ? undefined : 'no redis-server'
}

/** A Redis for tests and development: the one that is given, else the distribution's. */
export const startRedis = async (options: RedisOptions = {}): Promise<RedisServer> => {
  const given = process.env[GIVEN]
  if (given !== undefined) return { url: given, nodes: [], stop: async () => {} }
  const { cluster, settings = [], port } = options
  const folder = mkdtempSync(join(tmpdir(), 'explore-redis-'))
  const nodes = await Promise.all(
    Array.from({ length: cluster ?? 1 }, async (_, i) => {
      const at = port === undefined ? await freePort() : port + i
      const bus = ['--cluster-enabled', 'yes', '--cluster-require-full-coverage', 'no']
      const of = cluster ? [...bus, '--cluster-port', `${await freePort()}`] : []
      return nodeOf(at, join(folder, `${at}`), [...of, ...settings])
    }),
  )
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(node => node.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(nodes.map(node => node.start()))
    if (cluster) await joined(nodes.map(({ address }) => address))
  } catch (error) {
    await stop()
    throw error
  }
  return { url: `redis://${nodes[0]!.address}/${cluster ? '?cluster=1' : ''}`, nodes, stop }
}

const nodeOf = (port: number, folder: string, settings: readonly string[]): RedisNode => {
  mkdirSync(folder, { recursive: true })
  let server: ServerProcess | undefined
  return {
    address: `127.0.0.1:${port}`,
    start: async () => {
      server = serverProcess('redis-server', [
        ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder],
        ...['--save', '', '--appendonly', 'yes', ...settings],
      ])
      await server.says(/Ready to accept connections/)
    },
    signal: name => server?.signal(name),
    stop: async name => server?.end(name),
  }
}

/** Makes a cluster of the nodes; resolves when each knows that it works. */
const joined = async (addresses: readonly string[]): Promise<void> => {
  await run('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-yes'])
  for (const address of addresses) {
    const info = ['-p', address.split(':')[1]!, 'cluster', 'info']
    while (!(await run('redis-cli', info)).stdout.includes('cluster_state:ok')) await sleep(50)
  }
}
