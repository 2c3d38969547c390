import { type Rng, rng } from '@explore/learn'
import type { Evaluation, EvaluationInput } from '../evaluation.ts'
import type { Report } from '../report.ts'
import { wholeFlag } from '../whole-flag.ts'
import type { Served } from './served.ts'

/** What a measure of a served funnel is given. */
export interface ServedMeasure {
  readonly requests: number
  readonly random: Rng
  readonly flags: EvaluationInput['flags']
  readonly signal: AbortSignal
  readonly onProgress: (fraction: number, note: string) => void
}

/** An evaluation of the home's own bundle, or of one trained on data for the purpose; `measure` gives what it tells beside that. */
export const ofServed =
  (
    evaluation: string,
    title: string,
    measure: (served: Served, by: ServedMeasure) => Promise<Pick<Report, 'facts' | 'tables'>>,
  ): Evaluation =>
  async ({ served: serve, protocol, flags, onProgress, signal }) => {
    const requests = wholeFlag(flags, 'requests', 300)
    const served = await serve()
    try {
      const { facts, tables } = await measure(served, {
        ...{ requests, flags, signal, random: rng(`evaluate ${evaluation}`) },
        onProgress: (fraction, note) => onProgress(evaluation, fraction, note),
      })
      const { settings, stores, now } = served
      return {
        ...{ evaluation, protocol, title },
        facts: {
          ...facts,
          page: settings['page.limit'],
          bundle: stores.bundle.id,
          now: new Date(now).toISOString(),
          intervals: '95 %, by resampling viewers',
        },
        tables,
      }
    } finally {
      await served.close()
    }
  }
