import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { hasCommand } from './has-command.ts'

/** Lines of output that a failure is told with. */
const TAIL = 40

export interface ServerProcess {
  readonly pid: number
  /** Resolves when a line of its output matches; rejects with its last words when it ends before. */
  readonly says: (line: RegExp) => Promise<void>
  readonly running: () => boolean
  readonly signal: (name: NodeJS.Signals) => void
  /** Ends it; resolves when it is gone. */
  readonly end: (name?: NodeJS.Signals) => Promise<void>
}

/**
 * Starts a server of which no orphan stays: on Linux the kernel ends it with this process, however that goes; elsewhere
 * it ends when this process exits.
 */
export const serverProcess = (
  command: string,
  args: readonly string[],
  {
    background = false,
    ...options
  }: {
    readonly cwd?: string
    readonly env?: NodeJS.ProcessEnv
    /** Does not keep this process alive. */
    readonly background?: boolean
  } = {},
): ServerProcess => {
  const leashed = hasCommand('setpriv')
  const [program, ...rest] = leashed
    ? ['setpriv', '--pdeathsig', 'KILL', '--', command, ...args]
    : [command, ...args]
  // A group of its own: Ctrl-C in a terminal is for its parent, which ends it in order.
  const child = spawn(program!, rest, {
    ...options,
    ...{
      detached: true,
      stdio: ['ignore', background ? 'ignore' : 'pipe', background ? 'ignore' : 'pipe'],
    },
  })
  if (background) child.unref()
  const exited = once(child, 'close').catch(() => {})
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  void exited.then(() => process.off('exit', kill))

  const tail: string[] = []
  const listeners = new Set<(line: string) => void>()
  for (const out of [child.stdout, child.stderr]) {
    if (out === null) continue
    createInterface({ input: out }).on('line', line => {
      if (tail.push(line) > TAIL) tail.shift()
      for (const listener of listeners) listener(line)
    })
  }
  const running = (): boolean => isRunning(child)

  return {
    pid: child.pid ?? 0,
    says: async line => {
      const said = Promise.withResolvers<void>()
      const listener = (text: string): void => {
        if (line.test(text)) said.resolve()
      }
      tail.forEach(listener)
      listeners.add(listener)
      const failed = exited.then(() => {
        throw new Error(`${command} ended (${child.exitCode}): ${tail.join('\n')}`)
      })
      try {
        await Promise.race([said.promise, failed])
      } finally {
        listeners.delete(listener)
        failed.catch(() => {})
      }
    },
    running,
    signal: name => void child.kill(name),
    end: async (name = 'SIGKILL') => {
      if (running()) child.kill(name)
      // One that is stopped does not hear anything else.
      if (name === 'SIGKILL' || !running()) return void (await exited)
      const late = setTimeout(kill, 10_000)
      await exited
      clearTimeout(late)
    },
  }
}

const isRunning = ({ exitCode, signalCode, pid }: ChildProcess): boolean =>
  pid !== undefined && exitCode === null && signalCode === null
