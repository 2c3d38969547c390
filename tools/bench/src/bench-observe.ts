import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Home, Progress } from '@explore/embedded'
import { activeUsers } from './active-users.ts'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { type ServedProcess, servedProcess } from './served-process.ts'
import { median, rangeOf } from './statistics.ts'

const WARM_UP = 4
const ROUNDS = 40

/** CPU of a page over HTTP with metrics, a line in the log and every span sent to a collector, against none of it. */
export const benchObserve = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  let spans = 0
  const collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (spans += chunk.length))
    request.on('end', () =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    )
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const now = (): number => performance.now()
  const each = { concurrency: 1, seconds: Math.max(0.5, seconds / 20) }
  const costOf = async (served: ServedProcess): Promise<number> => {
    const before = await served.cpu()
    const { requests } = await closedLoop(served.page, now, each)
    return ((await served.cpu()) - before) / requests
  }
  const bare = await servedProcess({ home }, users)
  const watched = await servedProcess({ home, observed: url }, users)
  try {
    for (const served of [bare, watched]) {
      await closedLoop(served.page, now, { concurrency: 2, seconds: WARM_UP })
    }
    const costs: { bare: number; watched: number }[] = []
    // In turns, A B B A: a slow second of the machine hits both.
    for (let round = 0; round < ROUNDS; round++) {
      progress('bench', round / ROUNDS, 'observed and not')
      if (round % 2 === 0) costs.push({ bare: await costOf(bare), watched: await costOf(watched) })
      else {
        const second = await costOf(watched)
        costs.push({ bare: await costOf(bare), watched: second })
      }
    }
    progress('bench', 1)
    const ratios = costs.map(({ bare, watched }) => watched / bare)
    return [
      {
        name: 'page over HTTP',
        value: median(costs.map(({ bare }) => bare)),
        unit: 'ms CPU',
        note: 'of the whole server process, one connection',
      },
      {
        name: 'observed ÷ not observed',
        value: median(ratios),
        unit: 'ratio',
        bound: { most: 1.05 },
        note: `metrics, a log line, every span sent: ${(spans / 2 ** 20).toFixed(1)} MiB; median of ${ROUNDS} rounds, ${rangeOf(ratios)}`,
      },
    ]
  } finally {
    await bare.close()
    await watched.close()
    collector.close()
    collector.closeAllConnections()
  }
}
