import type { Home, Progress } from '@explore/embedded'
import type { Page } from '@explore/explore'
import { type Fleet, localFleet } from '@explore/fleet'
import { activeUsers } from './active-users.ts'
import { benchPages } from './bench-pages.ts'
import { benchServed } from './bench-served.ts'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { cpuOf } from './process-figures.ts'
import { quantile } from './statistics.ts'

const WARM_UP = 5
const REPEATS = 3
const FAULTY_PAGES = 30

/** The fleet on this machine: CPU of a page over all its processes, and pages while services are frozen. */
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
    progress('bench', 0.7, 'frozen services')
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
      ...(await frozen(fleet, url, users)),
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

/** Pages while each service and each pair of them does not answer: their latency, and whether they are pages. */
const frozen = async (
  fleet: Fleet,
  url: string,
  users: readonly string[],
): Promise<readonly Figure[]> => {
  const figures: Figure[] = []
  const services = fleet.members.slice(0, -1)
  const pairs = services.flatMap((one, i) => services.slice(i + 1).map(other => [one, other]))
  for (const away of [...services.map(one => [one]), ...pairs]) {
    const name = away.map(each => each.name).join(' and ')
    const latencies: number[] = []
    let sound = 0
    const rungs = new Set<string>()
    for (const { pid } of away) process.kill(pid, 'SIGSTOP')
    try {
      for (let turn = 0; turn < FAULTY_PAGES; turn++) {
        const start = performance.now()
        const { items, degraded } = await pageOf(url, users[turn % users.length]!)
        latencies.push(performance.now() - start)
        if (new Set(items.map(({ itemId }) => itemId)).size === 20) sound++
        for (const rung of degraded) rungs.add(rung)
      }
    } finally {
      for (const { pid } of away) process.kill(pid, 'SIGCONT')
    }
    const healed = performance.now()
    while ((await pageOf(url, users[0]!)).degraded.length > 0) {
      if (performance.now() - healed > 60_000) break
    }
    const recovery = performance.now() - healed
    figures.push(
      {
        name: `${name} frozen: slowest page`,
        value: Math.max(...latencies),
        unit: 'ms',
        bound: { most: 550 },
        note: `p50 ${quantile(latencies, 0.5).toFixed(0)}; ${[...rungs].join(', ')}`,
      },
      {
        name: `${name} frozen: full pages`,
        value: sound / FAULTY_PAGES,
        unit: 'share',
        bound: { least: 1 },
      },
      {
        name: `${name} back: first page without a flag`,
        value: recovery / 1000,
        unit: 's',
        bound: { most: 5 },
      },
    )
  }
  return figures
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b)
