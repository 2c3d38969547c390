import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'
import type { RedisNode, RedisOptions, RedisServer } from './redis-server.ts'
import { type ServerProcess, serverProcess } from './server-process.ts'

const run = promisify(execFile)

/** Redis as processes of this machine: on ports of their own, data in a folder that goes when it stops. */
export const nativeRedis = async (options: RedisOptions): Promise<RedisServer> => {
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
