import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Home } from '@explore/embedded'
import { freePort } from '@explore/servers'

/** A gateway of the command line in a process of its own, which can be ended in order and started again. */
export const soakedServer = async (home: Home) => {
  const port = await freePort()
  const start = async (): Promise<ChildProcess> => {
    const args = [
      'serve',
      'gateway',
      '--home',
      home.path,
      '--host',
      '127.0.0.1',
      '--port',
      `${port}`,
    ]
    const child = spawn(process.execPath, [process.argv[1]!, ...args], {
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
    return child
  }
  let child = await start()
  const end = async (): Promise<void> => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
  return {
    url: `http://127.0.0.1:${port}`,
    pid: (): number => child.pid!,
    restart: async (): Promise<void> => {
      await end()
      child = await start()
    },
    close: end,
  }
}
