import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
}

/** A script that hangs is ended before the test gives up. */
const LONGEST = 55_000

/** Runs a script in a process of its own; `limit` is a shell line that goes before, such as ulimit's. */
export const runScript = (
  script: URL,
  args: readonly string[],
  {
    limit,
    onOutput,
  }: { readonly limit?: string; readonly onOutput?: (child: ChildProcess) => void } = {},
): Promise<Ended> => {
  const command = [process.execPath, fileURLToPath(script), ...args]
  const [program, ...rest] = limit ? ['sh', '-c', `${limit}; exec "$0" "$@"`, ...command] : command
  const child = spawn(program!, rest, {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LONGEST,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    onOutput?.(child)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout }))
  })
}
