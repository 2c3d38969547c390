import { wholeFlag } from '../whole-flag.ts'
import { funnelTables } from './funnel-report.ts'
import { measureFunnel } from './measure-funnel.ts'
import { ofServed } from './of-served.ts'

/** The funnel-loss report. */
export const evaluateFunnel = ofServed(
  'funnel',
  'Funnel loss: the served funnel against its own second stage over the whole pool',
  async (served, { flags, ...by }) => {
    const pool = wholeFlag(flags, 'pool', 50_000)
    const measures = await measureFunnel(served, { ...by, pool })
    const { settings } = served
    const of = measures.sampled
      ? `${pool} drawn of ${measures.items} items, and what the sources found: survival is overstated`
      : `all ${measures.items} items that may be shown`
    return {
      facts: {
        requests: measures.requests,
        pool: of,
        candidates: settings['width.candidates'],
        'second stage ranks': settings['width.secondStage'],
      },
      tables: funnelTables(measures, by.random),
    }
  },
)
