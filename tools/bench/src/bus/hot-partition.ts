import { setTimeout as sleep } from 'node:timers/promises'
import type { Event, StateStore } from '@explore/explore'
import type { Figure } from '../figures.ts'
import type { Metronome } from '../metronome.ts'
import { openLoop } from '../open-loop.ts'
import { median, quantile, rangeOf } from '../statistics.ts'
import { PARTITIONS, type Rig } from './rig.ts'

const HOT = 0
const ROUNDS = 3
const BATCH = 100
const PROBES = 10
const PATIENCE = 5000

/** Folding times of the users of other partitions, with a partition that gets twice what each other gets, and without. */
export const benchHotPartition = async (
  rig: Rig,
  state: StateStore,
  clock: Metronome,
  options: { readonly perSecond: number; readonly seconds: number; readonly random: () => number },
): Promise<readonly Figure[]> => {
  const arms = { even: [] as number[], hot: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    for (const arm of round % 2 === 0 ? (['even', 'hot'] as const) : (['hot', 'even'] as const)) {
      arms[arm].push(await delaysOf(rig, state, clock, arm === 'hot', options))
    }
  }
  const ratios = arms.hot.map((delay, round) => delay / arms.even[round]!)
  return [
    { name: 'event → folded, p90, partitions alike', value: median(arms.even), unit: 'ms' },
    {
      name: 'the same of the others, one twice as hot ÷ alike',
      value: median(ratios),
      unit: 'ratio',
      bound: { most: 1.5 },
      note: `median of ${ROUNDS} pairs, ${rangeOf(ratios)}`,
    },
  ]
}

const delaysOf = async (
  rig: Rig,
  state: StateStore,
  clock: Metronome,
  hot: boolean,
  {
    perSecond,
    seconds,
    random,
  }: { readonly perSecond: number; readonly seconds: number; readonly random: () => number },
): Promise<number> => {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  /** Each partition alike; the hot one has two of the lots. */
  const lots = [...Array(PARTITIONS).keys(), ...(hot ? [HOT] : [])]
  const events = (): Event[] => Array.from({ length: BATCH }, () => rig.eventIn(pick(lots)))
  const delays: number[] = []
  const follow = async (): Promise<void> => {
    const partition = 1 + Math.floor(random() * (PARTITIONS - 1))
    const start = performance.now()
    await rig.log.append([rig.eventIn(partition)])
    const end = await rig.log.end(partition)
    while ((await state.watermark(partition)) < end) {
      if (performance.now() - start > PATIENCE) return void delays.push(Infinity)
      await sleep(2)
    }
    delays.push(performance.now() - start)
  }
  const rate = (perSecond * lots.length) / PARTITIONS / BATCH
  await Promise.all([
    openLoop(() => rig.log.append(events()), clock, { perSecond: rate, seconds, random }),
    probing(follow, seconds),
  ])
  return quantile(delays, 0.9)
}

/** Probes at regular times, whatever becomes of those before. */
const probing = async (follow: () => Promise<void>, seconds: number): Promise<void> => {
  const under: Promise<void>[] = []
  for (let i = 0; i < seconds * PROBES; i++) {
    under.push(follow())
    await sleep(1000 / PROBES)
  }
  await Promise.all(under)
}
