import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Home, Progress } from '@explore/embedded'
import { type Fleet, localFleet } from '@explore/fleet'
import { activeUsers } from './active-users.ts'
import { benchServed } from './bench-served.ts'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { cpuOf } from './process-figures.ts'
import { median, rangeOf } from './statistics.ts'

/** Some two thousand pages: the kernels are measured by code that has run as often, and each service compiles its own. */
const WARM_UP = 45
const ROUNDS = 9

/**
 * Callers at once. Four keep two cores at work, as a fleet is at its capacity; by one alone every process has slept before
 * it is asked, and pays for waking up with cold caches.
 */
const LOADS = { 'at work': 4, 'one caller': 1 } as const

/** The fleet on this machine: CPU of a page over all its processes, in turns with that of the kernels. */
export const benchFleet = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  progress('bench', 0, 'one process')
  const [whole] = await benchServed(home, users, LOADS['at work'])
  const thread = new Worker(new URL('./kernels-thread.ts', import.meta.url), {
    workerData: { home, users },
  })
  await once(thread, 'message')
  const kernels = async (): Promise<number> => {
    thread.postMessage('measure')
    return (await once(thread, 'message'))[0] as number
  }
  progress('bench', 0.3, 'the fleet')
  const fleet = await localFleet({
    ...{ home: home.path, host: '127.0.0.1', port: 0, firstPort: 0, shards: 1, wall: Date.now },
    // The command line, which a bench is run by.
    command: [process.execPath, ...process.execArgv, process.argv[1]!],
  })
  try {
    const url = fleet.members.at(-1)!.url
    const send = (turn: number) => pageOf(url, users[turn % users.length]!)
    await closedLoop(send, now, { concurrency: 2, seconds: WARM_UP })
    const raw: number[] = []
    const costs = { 'at work': [] as Cost[], 'one caller': [] as Cost[] }
    for (let round = 0; round < ROUNDS; round++) {
      progress('bench', 0.5 + (0.5 * round) / ROUNDS, 'the fleet')
      const before = await kernels()
      for (const load of Object.keys(LOADS) as Load[]) {
        const part = { concurrency: LOADS[load], seconds: seconds / ROUNDS }
        costs[load].push(await costOf(fleet, send, part))
      }
      raw.push((before + (await kernels())) / 2)
    }
    return [
      { name: 'K, sum of kernels', value: median(raw), unit: 'ms CPU', note: rangeOf(raw) },
      whole!,
      ...(Object.keys(LOADS) as Load[]).flatMap(load => figuresOf(load, fleet, costs[load], raw)),
      {
        name: 'fleet ÷ one process',
        value: median(costs['at work'].map(sum)) / whole!.value,
        unit: '×',
        note: 'at work',
      },
    ]
  } finally {
    await fleet.close()
    await thread.terminate()
  }
}

type Load = keyof typeof LOADS
/** CPU milliseconds of a page by member. */
type Cost = readonly number[]

const now = (): number => performance.now()

const pageOf = async (url: string, user: string): Promise<void> => {
  const answer = await fetch(`${url}/v1/explore/${encodeURIComponent(user)}`)
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`)
  await answer.json()
}

const costOf = async (
  { members }: Fleet,
  send: (turn: number) => Promise<void>,
  load: { readonly concurrency: number; readonly seconds: number },
): Promise<Cost> => {
  const before = members.map(({ pid }) => cpuOf(pid))
  const { requests } = await closedLoop(send, now, load)
  return members.map(({ pid }, i) => (cpuOf(pid) - before[i]!) / requests)
}

const figuresOf = (
  load: Load,
  { members }: Fleet,
  costs: readonly Cost[],
  raw: readonly number[],
): readonly Figure[] => {
  const parts = members.map(({ name }, i) => `${name} ${median(costs.map(c => c[i]!)).toFixed(2)}`)
  const ratios = costs.map((cost, round) => sum(cost) / raw[round]!)
  return [
    {
      name: `fleet, page over HTTP, ${load}`,
      value: median(costs.map(sum)),
      unit: 'ms CPU',
      note: parts.join(', '),
    },
    {
      name: `fleet ÷ kernels, ${load}`,
      value: median(ratios),
      unit: '×',
      ...(load === 'at work' && { bound: { most: 2.5 } }),
      note: `median of ${ROUNDS} rounds, ${rangeOf(ratios)}`,
    },
  ]
}

const sum = (values: Cost): number => values.reduce((a, b) => a + b)
