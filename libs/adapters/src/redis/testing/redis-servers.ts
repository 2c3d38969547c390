import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Redis of the machine's own `redis-server`, which ends with the test's process. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  readonly process: ChildProcess
  readonly stop: () => Promise<void>
}

export const redisAvailable = (): boolean => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(!socket.destroy().connecting))
    socket.on('error', () => resolve(false))
  })

/** Starts a server on an empty folder, or on `dir` to start one again; `options` are lines of redis.conf. */
export const startRedis = async (
  options: readonly string[] = [],
  { port, dir }: { readonly port?: number; readonly dir?: string } = {},
): Promise<RedisServer> => {
  const at = port ?? (await freePort())
  const folder = dir ?? mkdtempSync(join(tmpdir(), 'explore-redis-'))
  const settings = ['--port', `${at}`, '--dir', folder, '--save', '', '--appendonly', 'yes']
  const child = spawn('redis-server', [...settings, ...options], { stdio: 'ignore' })
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  while (!(await answers(at))) {
    if (child.exitCode !== null) throw new Error(`redis-server left with ${child.exitCode}`)
    await sleep(5)
  }
  return {
    port: at,
    url: `redis://127.0.0.1:${at}`,
    process: child,
    stop: async () => {
      process.off('exit', kill)
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      if (dir === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A cluster of `masters` servers without replicas. */
export const startCluster = async (
  masters: number,
): Promise<{
  readonly url: string
  readonly nodes: readonly RedisServer[]
  readonly stop: () => Promise<void>
}> => {
  const nodes = await Promise.all(
    Array.from({ length: masters }, async () => {
      const bus = await freePort()
      return startRedis([
        ...['--cluster-enabled', 'yes', '--cluster-port', `${bus}`],
        ...['--cluster-require-full-coverage', 'no'],
      ])
    }),
  )
  const cli = (...args: readonly string[]): string =>
    execFileSync('redis-cli', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  cli('--cluster', 'create', ...nodes.map(({ port }) => `127.0.0.1:${port}`), '--cluster-yes')
  const settled = (): boolean =>
    nodes.every(({ port }) => {
      const info = cli('-p', `${port}`, 'cluster', 'info')
      return info.includes('cluster_state:ok') && info.includes('cluster_slots_assigned:16384')
    })
  while (!settled()) await sleep(50)
  return {
    url: `redis://127.0.0.1:${nodes[0]!.port}/?cluster=1`,
    nodes,
    stop: async () => void (await Promise.all(nodes.map(node => node.stop()))),
  }
}
