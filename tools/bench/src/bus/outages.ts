import { setTimeout as sleep } from 'node:timers/promises'
import { lagOf, type StateStore } from '@explore/explore'
import type { Figure } from '../figures.ts'
import { median, rangeOf } from '../statistics.ts'
import type { Processor, Rig } from './rig.ts'
import { PARTITIONS } from './rig.ts'

const POLL = 20
/** What a consumer is given before it is taken for dead: the product's own default. */
const SESSION = 10
const KILLS = 3
/** The processor that starts reads a second's worth of code first: it has begun to drain with the first hundredth. */
const BEGUN = 0.99
const DONE = 0.1

const endsOf = (rig: Rig): Promise<number[]> =>
  Promise.all(Array.from({ length: PARTITIONS }, async (_, partition) => rig.log.end(partition)))

/** Waits until every partition is folded up to what was its end. */
const foldedUpTo = async (state: StateStore, ends: readonly number[]): Promise<void> => {
  for (const [partition, end] of ends.entries()) {
    while ((await state.watermark(partition)) < end) await sleep(POLL)
  }
}

/** From the kill of one of two processors, under load, until what came just after it is folded in every partition. */
export const benchRecovery = async (
  rig: Rig,
  state: StateStore,
  start: () => Processor,
): Promise<Figure> => {
  const times: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const victim = start()
    while (victim.records() === 0) await sleep(POLL)
    const at = performance.now()
    await victim.kill()
    await sleep(200)
    await foldedUpTo(state, await endsOf(rig))
    times.push((performance.now() - at) / 1000)
  }
  return {
    name: "recovery from a kill, beyond the session's time",
    value: median(times) - SESSION,
    unit: 's',
    bound: { most: 2 },
    note: `of ${KILLS}; the session is ${SESSION} s, whole ${rangeOf(times)} s`,
  }
}

/** How fast the lag of an outage falls, under load, against how fast it grew. */
export const benchDrain = async (
  rig: Rig,
  state: StateStore,
  seconds: number,
  start: () => Processor,
): Promise<readonly Figure[]> => {
  const before = await lagOf(rig.log, state)
  const down = performance.now()
  await sleep(seconds * 1000)
  const sample = async () => ({ at: performance.now(), lag: await lagOf(rig.log, state) })
  let peak = await sample()
  const grown = ((peak.lag - before) * 1000) / (peak.at - down)
  start()
  let last = peak
  while (last.lag > DONE * peak.lag) {
    await sleep(POLL)
    last = await sample()
    if (last.lag >= BEGUN * peak.lag) peak = { ...last, lag: Math.max(last.lag, peak.lag) }
  }
  const fallen = ((peak.lag - last.lag) * 1000) / (last.at - peak.at)
  return [
    { name: 'lag grows without a processor', value: grown, unit: 'events/s' },
    { name: 'lag falls with one, load going on', value: fallen, unit: 'events/s' },
    {
      name: 'lag falls ÷ grows',
      value: fallen / grown,
      unit: 'ratio',
      bound: { least: 3 },
      note: `after ${seconds} s without, at 50 % load; net of what comes in`,
    },
  ]
}
