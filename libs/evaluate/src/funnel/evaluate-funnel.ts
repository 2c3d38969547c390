import { rng } from '@explore/learn'
import type { Evaluation } from '../evaluation.ts'
import { wholeFlag } from '../whole-flag.ts'
import { funnelTables } from './funnel-report.ts'
import { measureFunnel } from './measure-funnel.ts'

/** The funnel-loss report of the home's own bundle, or of one trained on data for the purpose. */
export const evaluateFunnel: Evaluation = async ({
  served: serve,
  protocol,
  flags,
  onProgress,
  signal,
}) => {
  const requests = wholeFlag(flags, 'requests', 300)
  const pool = wholeFlag(flags, 'pool', 50_000)
  const served = await serve()
  try {
    const random = rng('evaluate funnel')
    const measures = await measureFunnel(served, {
      requests,
      pool,
      random,
      signal,
      onProgress: (fraction, note) => onProgress('funnel', fraction, note),
    })
    const { settings, stores, now } = served
    const of = measures.sampled
      ? `${pool} drawn of ${measures.items} items, and what the sources found: survival is overstated`
      : `all ${measures.items} items that may be shown`
    return {
      evaluation: 'funnel',
      protocol,
      title: 'Funnel loss: the served funnel against its own second stage over the whole pool',
      facts: {
        requests: measures.requests,
        pool: of,
        page: settings['page.limit'],
        candidates: settings['width.candidates'],
        'second stage ranks': settings['width.secondStage'],
        bundle: stores.bundle.id,
        now: new Date(now).toISOString(),
        intervals: '95 %, by resampling viewers',
      },
      tables: funnelTables(measures, random),
    }
  } finally {
    await served.close()
  }
}
