import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Home } from '@explore/embedded'
import { ownCommand } from '@explore/fleet'
import { freePort } from '@explore/servers'
import { soakedContainer } from './soaked-container.ts'

/** One that serves, until it is ended in order. */
export interface Soaked {
  readonly pid: number
  readonly end: () => Promise<void>
}

/** A gateway that can be ended in order and started again: a process of the command line, or a container of `image`. */
export const soakedServer = async (home: Home, image?: string) => {
  const port = await freePort()
  const start = (): Promise<Soaked> =>
    image === undefined ? soakedProcess(home, port) : soakedContainer(home, port, image)
  let serving = await start()
  return {
    url: `http://127.0.0.1:${port}`,
    pid: (): number => serving.pid,
    restart: async (): Promise<void> => {
      await serving.end()
      serving = await start()
    },
    close: (): Promise<void> => serving.end(),
  }
}

const soakedProcess = async (home: Home, port: number): Promise<Soaked> => {
  const at = ['--home', home.path, '--host', '127.0.0.1', '--port', `${port}`]
  const [program, ...args] = ownCommand()
  const child = spawn(program!, [...args, 'serve', 'gateway', ...at], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let said = ''
  child.stdout!.setEncoding('utf8')
  while (!/ on http:/.test(said)) {
    const [text] = (await Promise.race([
      once(child.stdout!, 'data'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`the server ended with ${code}`)
      }),
    ])) as [string]
    said += text
  }
  child.stdout!.resume()
  return {
    pid: child.pid!,
    end: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}
