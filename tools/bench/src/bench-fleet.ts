import type { Home, Progress } from '@explore/embedded'
import type { Page } from '@explore/explore'
import { type Fleet, localFleet } from '@explore/fleet'
import { activeUsers } from './active-users.ts'
import { benchPages } from './bench-pages.ts'
import { benchServed } from './bench-served.ts'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { cpuOf } from './process-figures.ts'

/** Some two thousand pages: the kernels are measured by code that has run as often, and each service compiles its own. */
const WARM_UP = 45
const REPEATS = 3

/** The fleet on this machine: CPU of a page over all its processes. */
export const benchFleet = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  progress('bench', 0, 'one process')
  const pages = await benchPages(home, users)
  const kernels = pages.find(({ name }) => name === 'K, sum of kernels')!.value
  const [whole] = await benchServed(home, users)
  progress('bench', 0.4, 'the fleet')
  const fleet = await localFleet({
    ...{ home: home.path, host: '127.0.0.1', port: 0, firstPort: 0, shards: 1, wall: Date.now },
    // The command line, which a bench is run by.
    command: [process.execPath, process.argv[1]!],
  })
  try {
    const url = fleet.members.at(-1)!.url
    const cost = await costOf(fleet, url, users, seconds)
    return [
      ...pages.filter(({ name }) => name === 'K, sum of kernels'),
      whole!,
      cost,
      { name: 'fleet ÷ one process', value: cost.value / whole!.value, unit: '×' },
      {
        name: 'fleet ÷ kernels',
        value: cost.value / kernels,
        unit: '×',
        bound: { most: 2.5 },
        note: 'CPU of a page over HTTP, all processes',
      },
    ]
  } finally {
    await fleet.close()
  }
}

const pageOf = async (url: string, user: string): Promise<Page> => {
  const answer = await fetch(`${url}/v1/explore/${encodeURIComponent(user)}`)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  return (await answer.json()) as Page
}

const costOf = async (
  fleet: Fleet,
  url: string,
  users: readonly string[],
  seconds: number,
): Promise<Figure> => {
  const send = (turn: number) => pageOf(url, users[turn % users.length]!)
  const now = (): number => performance.now()
  const cpu = (): readonly number[] => fleet.members.map(({ pid }) => cpuOf(pid))
  await closedLoop(send, now, { concurrency: 2, seconds: WARM_UP })
  let best: readonly number[] = [Infinity]
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const before = cpu()
    const { requests } = await closedLoop(send, now, { concurrency: 1, seconds: seconds / REPEATS })
    const costs = cpu().map((ms, i) => (ms - before[i]!) / requests)
    if (sum(costs) < sum(best)) best = costs
  }
  const parts = fleet.members.map(({ name }, i) => `${name} ${best[i]!.toFixed(2)}`)
  return { name: 'fleet, page over HTTP', value: sum(best), unit: 'ms CPU', note: parts.join(', ') }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b)
