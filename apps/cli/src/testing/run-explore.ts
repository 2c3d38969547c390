import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface Run {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'uid'> {
  readonly env?: Readonly<Record<string, string>>
  /** Written to standard input, which else is empty. */
  readonly input?: string
}

/** A process of the command line, and what it says. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Run>
  /** Resolves with the first match of the output so far; rejects when the process ends without one. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>
}

/** Follows a process that was spawned with pipes. */
export const follow = (child: ChildProcess): Running => {
  const said = { stdout: '', stderr: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', text => {
      said[name] += text
      for (const look of waiting) look()
    })
  }
  const ended = once(child, 'close').then(([code, signal]): Run => ({
    code: code ?? signal,
    ...said,
  }))
  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(said.stdout) ?? pattern.exec(said.stderr)
        if (found === null) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
      void ended.then(({ code, stdout, stderr }) =>
        reject(new Error(`ended with ${code} before ${pattern}:\n${stdout}${stderr}`)),
      )
    })
  return { process: child, ended, says }
}

/** Starts `explore ARGS…` as its own process on this Node. */
export const launch = (args: readonly string[], options: RunOptions = {}): Running => {
  const { env, input, ...rest } = options
  const child = spawn(process.execPath, [MAIN, ...args], {
    ...rest,
    env: { ...environment(), ...env },
    // By the channel it learns that this process is gone, as from bin/explore.mjs.
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  })
  child.stdin!.on('error', () => {})
  child.stdin!.end(input ?? '')
  return follow(child)
}

/** Runs `explore ARGS…` to its end. */
export const explore = (args: readonly string[], options?: RunOptions): Promise<Run> =>
  launch(args, options).ended

/** This process's environment without what steers the product or its colours. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(EXPLORE_|NODE_OPTIONS$|NO_COLOR$|FORCE_COLOR$|VITEST)/.test(name),
    ),
  )
