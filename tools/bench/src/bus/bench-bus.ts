import { embeddedService, type Home, openStores, type Progress } from '@explore/embedded'
import { randomOf } from '@explore/explore'
import { activeUsers } from '../active-users.ts'
import { benchEvents } from '../bench-events.ts'
import type { Figure } from '../figures.ts'
import { metronome } from '../metronome.ts'
import { benchBusFreshness } from './freshness.ts'
import { benchHotPartition } from './hot-partition.ts'
import { drained, load, saturation } from './ingest.ts'
import { benchDrain, benchRecovery } from './outages.ts'
import { openRig } from './rig.ts'
import { benchThroughput } from './throughput.ts'

const SAMPLE = 20_000
/** Of the saturation. */
const LOAD = 0.5

/** What a Kafka and a Redis cost, and how long a like takes over them: on ones of their own, with the home's pages. */
export const benchBus = async (
  home: Home,
  seconds: number,
  progress: Progress,
): Promise<readonly Figure[]> => {
  const figures: Figure[] = []
  let done = 0
  const step = async (what: string, work: () => Promise<readonly Figure[]>): Promise<void> => {
    progress('bench', done++ / 7, what)
    figures.push(...(await work()))
  }
  const users = await activeUsers(home, 500)
  await step('embedded', async () => embedded(home))
  const rig = await openRig(home)
  const clock = metronome()
  const random = randomOf('bench bus')
  const before = { ...process.env }
  try {
    await step('folding against raw', () => benchThroughput(rig))
    // What was in the log is folded first, and counts in none of the figures.
    const state = await rig.openState('serving')
    const start = () => rig.start('fold', 'serving', 'serving')
    let processor = start()
    await drained(rig, state)
    Object.assign(process.env, { EXPLORE_EVENTS: rig.url, EXPLORE_STATE: rig.stateUrl('serving') })
    const service = await embeddedService(home, { wall: Date.now, threads: 1, onError: () => {} })
    try {
      await service.warm()
      let perSecond = 0
      await step('saturation', async () => {
        const full = await saturation(rig, state, service.record, seconds)
        perSecond = LOAD * full
        const note = 'by a gateway, acknowledged by the broker, and folded'
        return [{ name: 'ingest saturation', value: full, unit: 'events/s', note }]
      })
      const background = () => load(rig, service.record, clock, { perSecond, random })
      await step('event → changed page', async () => {
        const load = background()
        const of = await benchBusFreshness(service, state, users, seconds, random)
        const errors = await load.stop()
        await drained(rig, state)
        return [{ ...of, note: `${of.note}; ${errors} errors under load` }]
      })
      await step('recovery from kills', async () => {
        const load = background()
        const of = await benchRecovery(rig, state, start)
        await load.stop()
        return [of]
      })
      await step('draining', async () => {
        await drained(rig, state)
        await processor.kill('SIGTERM')
        const load = background()
        const of = await benchDrain(rig, state, seconds, () => (processor = start()))
        await load.stop()
        await drained(rig, state)
        return of
      })
      await step('a hot partition', () =>
        benchHotPartition(rig, state, clock, { perSecond, seconds, random }),
      )
    } finally {
      await service.close()
      await state.close()
    }
  } finally {
    for (const name of ['EXPLORE_EVENTS', 'EXPLORE_STATE']) restore(name, before[name])
    await clock.close()
    await rig.close()
  }
  progress('bench', 1)
  return figures
}

const restore = (name: string, value: string | undefined): void => {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}

/** The same without a bus, on the same events. */
const embedded = async (home: Home): Promise<readonly Figure[]> => {
  const { log, close } = await openStores(home)
  const { events } = await log.read(Math.max(0, (await log.end()) - SAMPLE), SAMPLE)
  await close()
  return benchEvents(home, events)
}
