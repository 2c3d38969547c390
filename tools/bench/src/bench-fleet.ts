import type { Home, Progress } from '@explore/embedded'
import type { Fleet } from '@explore/fleet'
import { activeUsers } from './active-users.ts'
import { benchHop } from './bench-hop.ts'
import { benchServed } from './bench-served.ts'
import { benchedFleet, pagesOf, warmUp } from './benched-fleet.ts'
import type { Figure } from './figures.ts'
import { kernelMeter } from './kernel-meter.ts'
import { closedLoop } from './open-loop.ts'
import { cpuOf } from './process-figures.ts'
import { median, rangeOf } from './statistics.ts'

const ROUNDS = 9

/**
 * Callers at once. Four keep two cores at work, as a fleet is at its capacity; by one alone every process has slept before
 * it is asked, and pays for waking up with cold caches.
 */
const LOADS = { 'at work': 4, 'one caller': 1 } as const
type Load = keyof typeof LOADS
const NAMES = Object.keys(LOADS) as Load[]

/** The fleet on this machine: CPU of a page over all its processes, in turns with that of the kernels. */
export const benchFleet = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  const fleet = await fleetFigures(home, users, { seconds, progress })
  progress('bench', 0.9, 'one hop')
  return [...fleet, ...(await benchHop(home, users, seconds))]
}

const fleetFigures = async (
  home: Home,
  users: readonly string[],
  { seconds, progress }: { readonly seconds: number; readonly progress: Progress },
): Promise<readonly Figure[]> => {
  progress('bench', 0, 'one process')
  const [whole] = await benchServed(home, users, LOADS['at work'])
  const kernels = await kernelMeter(home, users)
  let fleet: Fleet | undefined
  try {
    progress('bench', 0.3, 'the fleet')
    fleet = await benchedFleet(home)
    const { members } = fleet
    const send = pagesOf(fleet, users)
    await warmUp(send, now)
    const raw: number[] = []
    const costs = { 'at work': [] as Cost[], 'one caller': [] as Cost[] }
    for (let round = 0; round < ROUNDS; round++) {
      progress('bench', 0.5 + (0.4 * round) / ROUNDS, 'the fleet')
      const before = await kernels.measure()
      for (const load of NAMES) {
        const part = { concurrency: LOADS[load], seconds: seconds / ROUNDS }
        costs[load].push(await costOf(members, send, part))
      }
      raw.push((before + (await kernels.measure())) / 2)
    }
    return [
      { name: 'K, sum of kernels', value: median(raw), unit: 'ms CPU', note: rangeOf(raw) },
      whole!,
      ...NAMES.flatMap(load => figuresOf(load, members, costs[load], raw)),
      {
        name: 'fleet ÷ one process',
        value: median(costs['at work'].map(sum)) / whole!.value,
        unit: '×',
        note: 'at work',
      },
    ]
  } finally {
    await fleet?.close()
    await kernels.close()
  }
}

/** CPU milliseconds of a page by member. */
type Cost = readonly number[]

const now = (): number => performance.now()

const costOf = async (
  members: Fleet['members'],
  send: (turn: number) => Promise<void>,
  load: { readonly concurrency: number; readonly seconds: number },
): Promise<Cost> => {
  const before = members.map(({ pid }) => cpuOf(pid))
  const { requests } = await closedLoop(send, now, load)
  return members.map(({ pid }, i) => (cpuOf(pid) - before[i]!) / requests)
}

const figuresOf = (
  load: Load,
  members: Fleet['members'],
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
