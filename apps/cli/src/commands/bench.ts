import {
  benchEvents,
  benchFreshness,
  benchMemory,
  benchServe,
  type Figure,
  figuresTable,
} from '@explore/bench'
import { lockHome, openStores } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { type CommonOptions, report } from '../context.ts'

export interface BenchOptions extends CommonOptions {
  readonly seconds: number
}

/** Measures a trained home: ratios within one run, and the bounds that they must hold. */
export const bench = (options: BenchOptions): Promise<void> =>
  report(
    options,
    async (home, progress): Promise<readonly Figure[]> => {
      const lock = await lockHome(home, 'bench')
      try {
        const { log, close } = await openStores(home)
        const { events } = await log.read(Math.max(0, (await log.end()) - 20_000), 20_000)
        await close()
        if (events.length === 0) throw new ExploreError('TRAIN_DATA', 'the log has no events yet')
        const serve = await benchServe(home, options.seconds, progress)
        progress('bench', 0.85, 'events')
        const ingest = await benchEvents(home, events)
        progress('bench', 0.95, 'freshness, memory')
        const freshness = await benchFreshness(home, events)
        const memory = await benchMemory(home)
        progress('bench', 1)
        return [...serve, ...ingest, ...freshness, ...memory]
      } finally {
        await lock.release()
      }
    },
    figuresTable,
  )
