import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { ExploreError } from '@explore/explore'
import { healthOf, type ServiceHealth, type StageName } from '@explore/rpc'
import { stageVariable } from './stage-environment.ts'

/** One process of a fleet. */
export interface Member {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** undefined while it runs. */
  readonly ended: () => number | NodeJS.Signals | undefined
  readonly health: () => Promise<ServiceHealth>
}

export interface FleetOptions {
  readonly home: string
  readonly host: string
  /** Of the gateway. */
  readonly port: number
  /** Of the first service; the others follow. 0: any. */
  readonly firstPort: number
  readonly shards: number
  /** The command that runs `serve SERVICE …`: the program and its first arguments. */
  readonly command: readonly string[]
  readonly wall: () => number
}

export interface Fleet {
  /** The gateway last. */
  readonly members: readonly Member[]
  /** Rejects when a process ends that nobody told to. */
  readonly failed: Promise<never>
  /** Ends the gateway first, then what it asks. */
  readonly close: () => Promise<void>
}

/** A service that drains for longer is ended. */
const KILL_MS = 20_000

/** Starts every service of the funnel as a process of its own on this machine, and the gateway over them. */
export const localFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { home, host, shards, wall } = options
  const started: (Member & { readonly child: ChildProcess })[] = []
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  let closing = false
  let next = options.firstPort
  const nextPort = (): number => (next === 0 ? 0 : next++)

  const start = async (
    service: string,
    name: string,
    port: number,
    more: { readonly args?: readonly string[]; readonly environment?: NodeJS.ProcessEnv } = {},
  ): Promise<string> => {
    const [program, ...first] = options.command
    const at = ['--home', home, '--host', host, '--port', `${port}`, ...(more.args ?? [])]
    const child = spawn(program!, [...first, 'serve', service, ...at], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...more.environment },
    })
    let ended: number | NodeJS.Signals | undefined
    child.once('exit', (code, signal) => {
      ended = code ?? signal!
      const message = `${name} ended with ${ended}`
      if (!closing) failed.reject(new ExploreError('SERVICE_UNREACHABLE', message))
    })
    const url = await urlOf(child, name)
    const health = (): Promise<ServiceHealth> =>
      url.startsWith('grpc:') ? healthOf(url, { most: 1000, wall }) : readinessOf(url)
    started.push({ name, url, pid: child.pid!, ended: () => ended, health, child })
    return url
  }

  const close = async (): Promise<void> => {
    closing = true
    for (const { child } of started.toReversed()) await end(child)
  }

  try {
    const parts = Array.from({ length: shards }, (_, part) => part)
    const index = await Promise.all(
      parts.map(part =>
        start('ann-index', shards === 1 ? 'ann-index' : `ann-index ${part}/${shards}`, nextPort(), {
          args: ['--shard', `${part}/${shards}`],
        }),
      ),
    )
    const asking = { [stageVariable('ann-index')]: index.join(';') }
    const names = ['retrieval-sources', 'first-stage', 'second-stage-mtml', 'value-model-rerank']
    const urls = await Promise.all(
      names.map(name =>
        start(name, name, nextPort(), name === 'retrieval-sources' ? { environment: asking } : {}),
      ),
    )
    const environment = Object.fromEntries(
      names.map((name, i) => [stageVariable(name as StageName), urls[i]]),
    )
    await start('gateway', 'gateway', options.port, { environment })
    const order = ['gateway', ...names].toReversed()
    const rank = ({ name }: Member): number => order.indexOf(name)
    const members = started.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
    return { members, failed: failed.promise, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Where a service says that it serves, in the one line that it prints. */
const urlOf = (child: ChildProcess, name: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      const url = / on ((?:grpc|http):\S+)/.exec((said += text))?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('error', reject)
    child.once('exit', code => {
      const message = `${name} ended with ${code} before it served`
      reject(new ExploreError('SERVICE_UNREACHABLE', message))
    })
  })

const readinessOf = async (url: string): Promise<ServiceHealth> => {
  try {
    const signal = AbortSignal.timeout(1000)
    const answer = await fetch(`${url}/v1/health/ready`, { signal })
    return answer.ok ? 'serving' : 'not serving'
  } catch {
    return 'unreachable'
  }
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  const late = setTimeout(() => child.kill('SIGKILL'), KILL_MS)
  child.kill('SIGTERM')
  await exited
  clearTimeout(late)
}
