import { writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pointers, promoteBundle } from '@explore/adapters'
import { type Home, openStores, type Progress } from '@explore/embedded'
import { ExploreError, randomOf } from '@explore/explore'
import { activeUsers } from '../active-users.ts'
import { copyOf } from '../bench-swap.ts'
import type { Figure } from '../figures.ts'
import { metronome } from '../metronome.ts'
import { closedLoop } from '../open-loop.ts'
import { descriptorsOf, residentOf } from '../process-figures.ts'
import { arrivals } from './arrivals.ts'
import { asked, kindOf } from './asked.ts'
import { type Kinds, kinds } from './kinds.ts'
import { latencyHistogram } from './latency-histogram.ts'
import { type SoakMark, soakReport, type SoakSample } from './soak-report.ts'
import { soakedServer } from './soaked-server.ts'
import { steadyFigures } from './steady.ts'

/** Of what it answers to two callers who wait; the day's height is 1.6 times as much. */
const LOAD = 0.3
const WARM_UP = 8
const SAMPLES = 240
/**
 * When things happen, as shares of the run. What stays of memory is told from `settled` to `evening`, which are as far from
 * noon: the load is the same there.
 */
const PLAN = {
  ...{ settled: 0.14, hot: 0.25, cold: 0.4 },
  ...{ evening: 0.86, restart: 0.87, swap: 0.94 },
} as const
/** One request in so many sends what a viewer did. */
const EVENTS = 8
/** How a server refuses what it could not serve in time: a burst after this machine stood still, not a fault. */
const SHED = 'OVERLOADED'

/**
 * A day in `seconds`: a load that follows its curve, an item that everybody clicks for a while, a restart, another
 * bundle. Latency counts from when a request was due. Draws a page where `report` names a file; serves from a container
 * where `image` names its image.
 */
export const benchSoak = async (
  home: Home,
  seconds: number,
  progress: Progress,
  { report, image }: { readonly report?: string; readonly image?: string } = {},
): Promise<readonly Figure[]> => {
  const { current } = await pointers(home.bundles)
  if (current === undefined) throw new ExploreError('BUNDLE_MISSING', 'this home has no models')
  const users = await activeUsers(home, 500)
  const hot = await someItem(home)
  const twin = await copyOf(home, current)
  const server = await soakedServer(home, image)
  const { now, until, close } = metronome()
  const agent = new Agent({ keepAlive: true })
  const page = (turn: number): Promise<string> =>
    asked(agent, `${server.url}/v1/explore/${users[turn % users.length]}`)
  const [all, window, sent] = [latencyHistogram(), latencyHistogram(), latencyHistogram()]
  const [samples, marks]: [SoakSample[], SoakMark[]] = [[], []]
  const tally = { errors: kinds(), refused: kinds(), while: kinds(), window: 0, events: 0 }
  let restarting = false
  let started = 0

  const react = async (turn: number): Promise<string> => {
    tally.events++
    const at = (now() - started) / 1000 / seconds
    const viewer = { userId: users[turn % users.length]!, type: 'click' }
    const everybody = at > PLAN.hot && at < PLAN.cold
    const itemId = everybody ? hot : (JSON.parse(await page(turn)) as Page).items[0]!.itemId
    return asked(agent, `${server.url}/v1/events`, JSON.stringify({ ...viewer, itemId }))
  }
  const one = async (turn: number, due: number): Promise<void> => {
    try {
      await (turn % EVENTS === 0 ? react(turn) : page(turn))
      for (const histogram of [all, window]) histogram.record(now() - due)
    } catch (error) {
      const kind = kindOf(error)
      tally[restarting ? 'while' : kind === SHED ? 'refused' : 'errors'].count(kind)
      tally.window++
    }
  }
  const mark = (what: string): void => void marks.push({ at: (now() - started) / 1000, what })
  const schedule: [share: number, work: () => Promise<void>][] = [
    [PLAN.hot, async () => mark('a hot item')],
    [PLAN.cold, async () => mark('no longer')],
    [
      PLAN.restart,
      async () => {
        mark('restart')
        restarting = true
        await server.restart()
        restarting = false
        mark('serves again')
      },
    ],
    [
      PLAN.swap,
      async () => {
        mark('another bundle')
        await promoteBundle(home.bundles, twin)
      },
    ],
  ]
  const every = Math.max(1000, (seconds * 1000) / SAMPLES)
  const sample = (): void => {
    const aSecond = (count: number): number => (count * 1000) / every
    samples.push({
      at: (now() - started) / 1000,
      ...{ perSecond: aSecond(window.total()), errors: aSecond(tally.window) },
      ...{ p50: window.quantile(0.5), p99: window.quantile(0.99) },
      residentMb: restarting ? NaN : residentOf(server.pid()) / 2 ** 20,
      descriptors: restarting ? NaN : descriptorsOf(server.pid()),
    })
    window.clear()
    tally.window = 0
  }
  try {
    progress('soak', 0, 'warming up')
    await closedLoop(page, now, { concurrency: 2, seconds: WARM_UP })
    const { perSecond: peak } = await closedLoop(page, now, { concurrency: 2, seconds: WARM_UP })
    started = now()
    const timer = setInterval(sample, every)
    const doing: Promise<void>[] = []
    const pending = new Set<Promise<void>>()
    let turn = 0
    for (const at of arrivals(peak * LOAD, seconds * 1000, randomOf('soak'))) {
      await until(started + at)
      while (schedule[0] !== undefined && at >= schedule[0][0] * seconds * 1000) {
        doing.push(schedule.shift()![1]())
      }
      sent.record(now() - started - at)
      const going: Promise<void> = one(turn++, started + at).finally(() => pending.delete(going))
      pending.add(going)
      if (turn % 200 === 0) progress('soak', at / seconds / 1000, `${turn} requests`)
    }
    await Promise.all([...doing, ...pending])
    clearInterval(timer)
    const figures = figuresOf({ samples, seconds, all, sent, tally, turn })
    if (report !== undefined) writeFileSync(report, soakReport(samples, marks, figures))
    return figures
  } finally {
    await close()
    agent.destroy()
    await server.close()
    await promoteBundle(home.bundles, current)
    await rm(join(home.bundles, twin), { recursive: true, force: true })
  }
}

interface Page {
  readonly items: readonly { readonly itemId: string }[]
}

const figuresOf = ({
  samples,
  seconds,
  all,
  sent,
  tally,
  turn,
}: {
  readonly samples: readonly SoakSample[]
  readonly seconds: number
  readonly all: ReturnType<typeof latencyHistogram>
  readonly sent: ReturnType<typeof latencyHistogram>
  readonly tally: {
    readonly errors: Kinds
    readonly refused: Kinds
    readonly while: Kinds
    readonly events: number
  }
  readonly turn: number
}): readonly Figure[] => {
  return [
    {
      ...{ name: 'requests', value: turn, unit: 'in all' },
      note: `over ${seconds} s, ${tally.events} of them events`,
    },
    { name: 'errors', ...tally.errors.figure(), bound: { most: 0 } },
    { name: 'refused at once: too many', ...tally.refused.figure() },
    { name: 'errors while it restarts', ...tally.while.figure() },
    ...[0.5, 0.99, 0.999].map(q => ({
      ...{ name: `p${100 * q}`, value: all.quantile(q), unit: 'ms' },
      note: 'from when due; the restart is not in it',
    })),
    {
      ...{ name: 'sent late, p99.9', value: sent.quantile(0.999), unit: 'ms' },
      note: 'by this client; much of it tells of a busy machine',
    },
    ...steadyFigures(samples, PLAN.settled * seconds, PLAN.evening * seconds),
  ]
}

const someItem = async (home: Home): Promise<string> => {
  const { profiles, close } = await openStores(home)
  try {
    const [first] = await profiles.items(-1, 1)
    if (first === undefined) throw new ExploreError('CATALOGUE_EMPTY', 'this home has no items')
    return first.id
  } finally {
    await close()
  }
}
