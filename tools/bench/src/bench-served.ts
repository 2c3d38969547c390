import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Home } from '@explore/embedded'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import type { ServedMessage } from './served.ts'
import { median, rangeOf } from './statistics.ts'

const WARM_UP = 3
const REPEATS = 3
const SECONDS = 3

/** CPU of the whole server process per page over HTTP: the client's is its own process's. */
export const benchServed = async (
  home: Home,
  users: readonly string[],
): Promise<readonly Figure[]> => {
  const child = fork(fileURLToPath(new URL('./served.ts', import.meta.url)), [JSON.stringify(home)])
  const agent = new Agent({ keepAlive: true })
  const told = async (): Promise<ServedMessage> =>
    (await once(child, 'message'))[0] as ServedMessage
  const cpu = async (): Promise<number> => {
    child.send('cpu')
    const message = await told()
    return 'cpuMs' in message ? message.cpuMs : NaN
  }
  try {
    const message = await told()
    const url = 'url' in message ? message.url : ''
    const send = (turn: number): Promise<void> =>
      fetched(`${url}/v1/explore/${encodeURIComponent(users[turn % users.length]!)}`, agent)
    const now = (): number => performance.now()
    await closedLoop(send, now, { concurrency: 2, seconds: WARM_UP })
    const costs: number[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const before = await cpu()
      const { requests } = await closedLoop(send, now, { concurrency: 1, seconds: SECONDS })
      costs.push(((await cpu()) - before) / requests)
    }
    return [
      {
        name: 'page over HTTP',
        value: median(costs),
        unit: 'ms CPU',
        note: `of the whole server process, one connection; ${rangeOf(costs)}`,
      },
    ]
  } finally {
    agent.destroy()
    const exited = once(child, 'exit')
    child.disconnect()
    await exited
  }
}

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
