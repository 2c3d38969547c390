import { availableParallelism } from 'node:os'
import { type Home, loadSettings, type Progress } from '@explore/embedded'
import { randomOf } from '@explore/explore'
import { activeUsers } from './active-users.ts'
import type { Figure } from './figures.ts'
import { metronome } from './metronome.ts'
import { closedLoop, type Latencies, openLoop } from './open-loop.ts'
import { type ServedProcess, servedProcess } from './served-process.ts'
import { median, rangeOf } from './statistics.ts'

const WARM_UP = 4
const ROUNDS = 5
const LOAD = 2

interface Round {
  readonly peak: number
  readonly load: Latencies
  /** CPU of the server per page in time under overload ÷ at saturation. */
  readonly cost: number
}

/** Pages in time at twice of what the server can do, against what it can do: with shedding, and without. */
export const benchOverload = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const users = await activeUsers(home, 500)
  const inTimeMs = loadSettings(home.settings, {})['page.deadlineMs']
  const { now, until, close } = metronome()
  const random = randomOf('overload arrivals')
  const full = { concurrency: availableParallelism() * 4, seconds }
  const overloaded = (served: ServedProcess, perSecond: number): Promise<Latencies> =>
    openLoop(
      served.page,
      { now, until },
      { perSecond: LOAD * perSecond, seconds, random, inTimeMs },
    )

  const measure = async (shed: boolean) => {
    const served = await servedProcess({ home, shed }, users)
    try {
      await closedLoop(served.page, now, { ...full, seconds: WARM_UP })
      const rounds: Round[] = []
      for (let round = 0; round < (shed ? ROUNDS : 1); round++) {
        progress('bench', ((shed ? 1 : 0) + round / ROUNDS) / 2, shed ? 'shedding' : 'queueing')
        const start = await served.cpu()
        const { perSecond: peak, requests } = await closedLoop(served.page, now, full)
        const between = await served.cpu()
        const load = await overloaded(served, peak)
        const cost = ((await served.cpu()) - between) / load.good
        rounds.push({ peak, load, cost: cost / ((between - start) / requests) })
      }
      return rounds
    } finally {
      await served.close()
    }
  }
  try {
    const queued = await measure(false)
    const rounds = await measure(true)
    progress('bench', 1)
    const goodput = ({ peak, load }: Round): number => load.good / seconds / peak
    const ratios = rounds.map(goodput)
    const shares = rounds.map(({ load }) => load.errors / load.requests)
    return [
      {
        name: 'saturation over HTTP',
        value: median(rounds.map(({ peak }) => peak)),
        unit: 'pages/s',
        note: `${full.concurrency} callers; the client shares the machine`,
      },
      {
        name: `goodput at ${LOAD} × saturation ÷ saturation`,
        value: median(ratios),
        unit: 'ratio',
        bound: { least: 0.8 },
        note: `answered within ${inTimeMs} ms of when they were due; ${rangeOf(ratios)}`,
      },
      {
        name: 'the same without shedding',
        value: median(queued.map(goodput)),
        unit: 'ratio',
        note: `p50 ${median(queued.map(({ load }) => load.p50)).toFixed(0)} ms`,
      },
      {
        name: 'CPU per page in time, overloaded ÷ saturated',
        value: median(rounds.map(({ cost }) => cost)),
        unit: 'ratio',
        note: 'of the server: what refusing the others costs',
      },
      {
        name: 'refused at once',
        value: median(shares),
        unit: 'share',
        note: `p99 of all answers ${median(rounds.map(({ load }) => load.p99)).toFixed(0)} ms`,
      },
    ]
  } finally {
    await close()
  }
}
