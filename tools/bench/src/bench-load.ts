import { availableParallelism } from 'node:os'
import { embeddedService, type Home } from '@explore/embedded'
import { randomOf } from '@explore/explore'
import { cpuMs } from './cpu-time.ts'
import type { Figure } from './figures.ts'
import { metronome } from './metronome.ts'
import { closedLoop, type Latencies, openLoop } from './open-loop.ts'
import { median, rangeOf } from './statistics.ts'

const LIMIT = 20
const REPEATS = 3
const WARM_UP = 3

/** Latency at half of saturation, open loop, against the service time: what waiting adds. */
export const benchLoad = async (
  home: Home,
  users: readonly string[],
  seconds: number,
): Promise<readonly Figure[]> => {
  const threads = availableParallelism()
  const service = await embeddedService(home, { wall: Date.now, threads, onError: () => {} })
  const { now, until, close } = metronome()
  const random = randomOf('bench arrivals')
  const send = (turn: number) => service.page({ userId: users[turn % users.length]!, limit: LIMIT })
  const full = { concurrency: threads * 2, seconds: Math.max(2, seconds / 4) }
  try {
    await closedLoop(send, now, { ...full, seconds: WARM_UP })
    const peaks: number[] = []
    const services: number[] = []
    const loads: Latencies[] = []
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const cpu = cpuMs()
      const alone = await closedLoop(send, now, { ...full, concurrency: 1 })
      services.push((cpuMs() - cpu) / alone.requests)
      const { perSecond } = await closedLoop(send, now, full)
      peaks.push(perSecond)
      loads.push(
        await openLoop(send, { now, until }, { perSecond: perSecond / 2, seconds, random }),
      )
    }
    const ratios = loads.map(({ p99 }, i) => p99 / services[i]!)
    const total = (of: (load: Latencies) => number): number => loads.reduce((n, l) => n + of(l), 0)
    return [
      {
        name: 'saturation',
        value: median(peaks),
        unit: 'pages/s',
        note: `${threads} page threads, ${full.concurrency} callers; ${rangeOf(peaks)}`,
      },
      {
        name: 'service time',
        value: median(services),
        unit: 'ms CPU',
        note: 'of the whole process, one caller, thread hop included',
      },
      {
        name: 'p50 at 50 %',
        value: median(loads.map(({ p50 }) => p50)),
        unit: 'ms',
        note: `open loop, ${total(l => l.requests)} requests, ${total(l => l.errors)} errors`,
      },
      {
        name: 'p99 at 50 %',
        value: median(loads.map(({ p99 }) => p99)),
        unit: 'ms',
        note: `generator lag p99 ${median(loads.map(l => l.generatorLagP99)).toFixed(2)} ms`,
      },
      {
        name: 'p99 ÷ service time',
        value: median(ratios),
        unit: 'ratio',
        bound: { most: 4 },
        note: `median of ${REPEATS} runs of ${seconds} s, ${rangeOf(ratios)}`,
      },
    ]
  } finally {
    await close()
    await service.close()
  }
}
