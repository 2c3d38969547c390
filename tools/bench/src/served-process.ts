import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { ServedMessage, ServedOptions } from './served.ts'

/** A server of a home in a process of its own, and a client that asks it for pages. */
export const servedProcess = async (options: ServedOptions, users: readonly string[]) => {
  const script = fileURLToPath(new URL('./served.ts', import.meta.url))
  const child = fork(script, [JSON.stringify(options)])
  const agent = new Agent({ keepAlive: true })
  const told = async (): Promise<ServedMessage> =>
    (await once(child, 'message'))[0] as ServedMessage
  const message = await told()
  const url = 'url' in message ? message.url : ''
  return {
    /** Resolves with a page's answer; rejects with any other. */
    page: (turn: number): Promise<void> =>
      fetched(`${url}/v1/explore/${encodeURIComponent(users[turn % users.length]!)}`, agent),
    /** Milliseconds of CPU that the server has used. */
    cpu: async (): Promise<number> => {
      child.send('cpu')
      const message = await told()
      return 'cpuMs' in message ? message.cpuMs : NaN
    },
    close: async (): Promise<void> => {
      agent.destroy()
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

export type ServedProcess = Awaited<ReturnType<typeof servedProcess>>

const fetched = (url: string, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    get(url, { agent }, response => {
      response.resume()
      response.once('error', reject)
      response.once('end', () =>
        response.statusCode === 200
          ? resolve()
          : reject(new Error(`${url} answered ${response.statusCode}`)),
      )
    }).once('error', reject)
  })
