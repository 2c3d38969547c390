import { rng } from '@explore/learn'
import type { Evaluation } from '../evaluation.ts'
import { wholeFlag } from '../whole-flag.ts'
import { ladderTables } from './ladder-tables.ts'
import { measureLadder } from './measure-ladder.ts'

/** What each rung of the ladder costs the pages of the home's own bundle, or of one trained on data for the purpose. */
export const evaluateLadder: Evaluation = async ({
  served: serve,
  protocol,
  flags,
  onProgress,
  signal,
}) => {
  const requests = wholeFlag(flags, 'requests', 300)
  const hours = wholeFlag(flags, 'age', 12)
  const served = await serve()
  try {
    const random = rng('evaluate ladder')
    const measures = await measureLadder(served, {
      requests,
      age: hours * 3_600_000,
      random,
      signal,
      onProgress: (fraction, note) => onProgress('ladder', fraction, note),
    })
    const { settings, stores, now } = served
    return {
      evaluation: 'ladder',
      protocol,
      title: 'Degradation: pages while parts of the funnel are away, against full ones',
      facts: {
        requests: measures.requests,
        items: measures.items,
        page: settings['page.limit'],
        'age of precomputed pages': `${hours} h`,
        'places that a filter refuses': measures.refused,
        bundle: stores.bundle.id,
        now: new Date(now).toISOString(),
        intervals: '95 %, by resampling viewers',
      },
      tables: ladderTables(measures, random),
    }
  } finally {
    await served.close()
  }
}
