import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { podmanEnvironment } from '@explore/servers'

/** Runs a command to its end, with its output shown. Rejects where it fails, or takes longer than `most` milliseconds. */
export const run = async (
  command: string,
  args: readonly string[],
  { most, quiet = false }: { readonly most?: number; readonly quiet?: boolean } = {},
): Promise<void> => {
  const child = spawn(command, args, {
    env: podmanEnvironment(),
    stdio: ['ignore', quiet ? 'ignore' : 2, quiet ? 'ignore' : 2],
    ...(most !== undefined && { timeout: most }),
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code ?? signal}`)
}

/** What a command says, without the last line's end. */
export const output = async (command: string, args: readonly string[]): Promise<string> => {
  const child = spawn(command, args, {
    env: podmanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let problem = ''
  child.stdout.setEncoding('utf8').on('data', text => (said += text))
  child.stderr.setEncoding('utf8').on('data', text => (problem += text))
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code ?? signal}: ${problem}`)
  return said.trimEnd()
}
