import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'
import { metricsTable } from '../terminal/metrics-table.ts'

export interface TrainOptions extends CommonOptions {
  readonly seed: number
}

/** Trains all models on the home's log into a new bundle and promotes it; a running server takes it over. */
export const train = (options: TrainOptions): Promise<void> =>
  report(
    options,
    async (home, progress) => {
      const trained = await runJob('train', home, { seed: options.seed }, progress)
      const lists = await runJob('off-peak', home, { pages: false }, progress)
      return { ...trained, lists }
    },
    ({ bundle, seconds, metrics }) =>
      [
        `bundle ${bundle} trained in ${seconds.toFixed(0)} s`,
        metricsTable(metrics),
        'next: npx explore page USER --explain',
      ].join('\n'),
  )
