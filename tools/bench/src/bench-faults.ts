import { setTimeout as sleep } from 'node:timers/promises'
import type { Home, Progress } from '@explore/embedded'
import type { Page } from '@explore/explore'
import type { Member } from '@explore/fleet'
import { type Proxy, type ProxyMode, startProxy } from '@explore/servers'
import { activeUsers } from './active-users.ts'
import { benchedFleet } from './benched-fleet.ts'
import type { Figure } from './figures.ts'
import { closedLoop } from './open-loop.ts'
import { quantile } from './statistics.ts'

/** Callers that ask all the time. */
const CALLERS = 2
/** The settings' own deadline, and what may be added to it. */
const IN_TIME = 550
const SLOW_MS = 1000
const WARM_UP = 5
const RECOVERY_S = 30

/** Something that is done to a service, and undone. */
interface Fault {
  readonly name: string
  readonly begin: (member: Member, way: Proxy) => Promise<void> | void
  readonly end: (member: Member, way: Proxy) => Promise<void> | void
}

const network = (name: ProxyMode): Fault => ({
  name,
  begin: (_, way) => way.set(name),
  end: (_, way) => way.set('passes'),
})

const FAULTS: readonly Fault[] = [
  { name: 'killed', begin: member => member.kill(), end: member => member.again() },
  {
    name: 'frozen',
    begin: ({ pid }) => void process.kill(pid, 'SIGSTOP'),
    end: ({ pid }) => void process.kill(pid, 'SIGCONT'),
  },
  ...(['stalled', 'cut', 'slow', 'corrupt'] as const).map(network),
]

interface Outcome {
  readonly away: string
  readonly latencies: readonly number[]
  readonly sound: number
  readonly recovery: number
}

/** Pages under load while each service and each pair is killed, frozen, or behind a network that is not one. */
export const benchFaults = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  const ways = new Map<string, Proxy>()
  progress('bench', 0, 'the fleet')
  const fleet = await benchedFleet(home, async (name, url) => {
    const { hostname: host, port } = new URL(url)
    const way = await startProxy({ host, port: Number(port) }, { slowMs: SLOW_MS })
    ways.set(name, way)
    return `grpc://127.0.0.1:${way.port}`
  })
  const { url } = fleet.members.at(-1)!
  const services = fleet.members.slice(0, -1)
  const pairs = services.flatMap((one, i) => services.slice(i + 1).map(other => [one, other]))
  const sets = [...services.map(one => [one]), ...pairs]

  const during = async (fault: Fault, away: readonly Member[]): Promise<Outcome> => {
    const latencies: number[] = []
    let sound = 0
    const send = async (turn: number): Promise<void> => {
      const start = performance.now()
      const whole = await soundPage(url, users[turn % users.length]!)
      latencies.push(performance.now() - start)
      if (whole) sound++
    }
    for (const member of away) await fault.begin(member, ways.get(member.name)!)
    try {
      await closedLoop(send, () => performance.now(), { concurrency: CALLERS, seconds })
    } finally {
      await Promise.all(away.map(member => fault.end(member, ways.get(member.name)!)))
    }
    const names = away.map(({ name }) => name).join(' and ')
    return { away: names, latencies, sound, recovery: await recoveryOf(url, users[0]!) }
  }

  try {
    const load = (turn: number) => pageOf(url, users[turn % users.length]!)
    const warm = { concurrency: CALLERS, seconds: WARM_UP }
    await closedLoop(load, () => performance.now(), warm)
    const figures: Figure[] = []
    for (const [done, fault] of FAULTS.entries()) {
      progress('bench', done / FAULTS.length, fault.name)
      const outcomes: Outcome[] = []
      for (const away of sets) outcomes.push(await during(fault, away))
      figures.push(...figuresOf(fault.name, outcomes))
    }
    return figures
  } finally {
    await fleet.close()
    for (const way of ways.values()) await way.close()
  }
}

const pageOf = async (url: string, user: string): Promise<Page | undefined> => {
  const answer = await fetch(`${url}/v1/explore/${encodeURIComponent(user)}`)
  return answer.ok ? ((await answer.json()) as Page) : void (await answer.arrayBuffer())
}

const soundPage = async (url: string, user: string): Promise<boolean> => {
  const page = await pageOf(url, user).catch(() => undefined)
  return new Set(page?.items.map(({ itemId }) => itemId)).size === 20
}

/** Seconds until a page is made without a flag. */
const recoveryOf = async (url: string, user: string): Promise<number> => {
  const start = performance.now()
  const passed = (): number => (performance.now() - start) / 1000
  while (passed() < RECOVERY_S) {
    const page = await pageOf(url, user).catch(() => undefined)
    if (page?.degraded.length === 0) break
    await sleep(20)
  }
  return passed()
}

const figuresOf = (name: string, outcomes: readonly Outcome[]): readonly Figure[] => {
  const all = outcomes.flatMap(({ latencies }) => latencies)
  const sound = outcomes.reduce((sum, outcome) => sum + outcome.sound, 0)
  const worst = (of: (outcome: Outcome) => number): Outcome =>
    outcomes.reduce((a, b) => (of(b) > of(a) ? b : a))
  const slowest = worst(({ latencies }) => Math.max(...latencies))
  const latest = worst(({ recovery }) => recovery)
  const share = { unit: 'share', bound: { least: 1 } }
  return [
    { name: `${name}: well-formed pages`, value: sound / all.length, ...share },
    {
      name: `${name}: pages within ${IN_TIME} ms`,
      value: all.filter(ms => ms <= IN_TIME).length / all.length,
      ...share,
      note: `of ${all.length}; p50 ${quantile(all, 0.5).toFixed(0)}, p99 ${quantile(all, 0.99).toFixed(0)}`,
    },
    {
      name: `${name}: slowest page`,
      value: Math.max(...slowest.latencies),
      unit: 'ms',
      bound: { most: IN_TIME },
      note: slowest.away,
    },
    {
      name: `${name}: until pages are full again`,
      value: latest.recovery,
      unit: 's',
      bound: { most: 5 },
      note: latest.away,
    },
  ]
}
