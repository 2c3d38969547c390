import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { ExploreError } from '@explore/explore'
import { healthOf, type ServiceHealth } from '@explore/rpc'

/** One process of a fleet. */
export interface Member {
  readonly name: string
  readonly url: string
  readonly pid: number
  /** undefined while it runs. */
  readonly ended: () => number | NodeJS.Signals | undefined
  readonly health: () => Promise<ServiceHealth>
  /** Ends it at once, as a crash does; it counts as told to. */
  readonly kill: () => Promise<void>
  /** Starts it anew at the address that it had; resolves when it serves. */
  readonly again: () => Promise<void>
  /** Has it drain, for a while. */
  readonly end: () => Promise<void>
}

/** A service that drains for longer is ended. */
const KILL_MS = 20_000

/** Starts a process that says where it serves; `failed` hears when it ends and nobody told it to. */
export const startMember = async (
  name: string,
  {
    command,
    port,
    environment,
    wall,
    failed,
  }: {
    /** The program and its arguments, to which the port is added. */
    readonly command: readonly string[]
    readonly port: number
    readonly environment: NodeJS.ProcessEnv
    readonly wall: () => number
    readonly failed: (error: ExploreError) => void
  },
): Promise<Member> => {
  const [program, ...args] = command
  let child!: ChildProcess
  let told = false
  let ended: number | NodeJS.Signals | undefined

  const run = (at: number): Promise<string> => {
    const mine = spawn(program!, [...args, '--port', `${at}`], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...environment },
    })
    child = mine
    told = false
    ended = undefined
    mine.once('exit', (code, signal) => {
      ended = code ?? signal!
      const message = `${name} ended with ${ended}`
      if (!told) failed(new ExploreError('SERVICE_UNREACHABLE', message))
    })
    return urlOf(mine, name)
  }
  const finish = async (signal: NodeJS.Signals): Promise<void> => {
    told = true
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    const late = setTimeout(() => child.kill('SIGKILL'), KILL_MS)
    child.kill(signal)
    await exited
    clearTimeout(late)
  }

  let url: string
  try {
    url = await run(port)
  } catch (error) {
    await finish('SIGTERM')
    throw error
  }
  return {
    name,
    url,
    get pid() {
      return child.pid!
    },
    ended: () => ended,
    health: () =>
      url.startsWith('grpc:') ? healthOf(url, { most: 1000, wall }) : readinessOf(url),
    kill: () => finish('SIGKILL'),
    again: async () => void (await run(Number(new URL(url).port))),
    end: () => finish('SIGTERM'),
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
