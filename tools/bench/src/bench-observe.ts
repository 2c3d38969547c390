import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Home, Progress } from '@explore/embedded'
import { activeUsers } from './active-users.ts'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { type ServedProcess, servedProcess } from './served-process.ts'

const WARM_UP = 4
/** Rounds are short and many, as a shared machine changes its speed within a second; spans are sent in some of them. */
const PAGES = 10
const TRIM = 0.1

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
  const rounds = seconds * 25
  let turn = 0
  const costOf = async (served: ServedProcess): Promise<number> => {
    const before = await served.cpu()
    for (let i = 0; i < PAGES; i++) await served.page(turn++)
    return ((await served.cpu()) - before) / PAGES
  }
  const bare = await servedProcess({ home }, users)
  const watched = await servedProcess({ home, observed: url }, users)
  try {
    for (const served of [bare, watched]) {
      await closedLoop(served.page, now, { concurrency: 2, seconds: WARM_UP })
    }
    const costs: [bare: number, watched: number][] = []
    // In turns, A B B A: a slow second of the machine hits both.
    for (let round = 0; round < rounds; round++) {
      progress('bench', round / rounds, 'observed and not')
      const first = await costOf(round % 2 === 0 ? bare : watched)
      const second = await costOf(round % 2 === 0 ? watched : bare)
      costs.push(round % 2 === 0 ? [first, second] : [second, first])
    }
    progress('bench', 1)
    const [alone, told] = [0, 1].map(arm => trimmedMean(costs.map(cost => cost[arm]!)))
    return [
      {
        name: 'page over HTTP',
        value: alone!,
        unit: 'ms CPU',
        note: 'of the whole server process, one connection',
      },
      {
        name: 'observed ÷ not observed',
        value: told! / alone!,
        unit: 'ratio',
        bound: { most: 1.05 },
        note: `metrics, a log line, every span sent, ${(spans / 2 ** 20).toFixed(1)} MiB; means of ${rounds} rounds of ${PAGES} pages without the outermost tenths`,
      },
    ]
  } finally {
    await bare.close()
    await watched.close()
    collector.close()
    collector.closeAllConnections()
  }
}

/** A median would not see what happens in one round of five, a mean would see little but the machine's other business. */
const trimmedMean = (values: readonly number[]): number => {
  const cut = Math.floor(values.length * TRIM)
  const kept = values.toSorted((a, b) => a - b).slice(cut, values.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}
