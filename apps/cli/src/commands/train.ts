import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'
import { EXIT } from '../fail.ts'
import { gatesTable, verdictOf } from '../terminal/gates-table.ts'
import { metricsTable } from '../terminal/metrics-table.ts'

export interface TrainOptions extends CommonOptions {
  readonly seed: number
  readonly force?: boolean
}

/** Trains all models on the home's log into a new bundle; where it passes the gates a running server takes it over. */
export const train = (options: TrainOptions): Promise<void> =>
  report(
    options,
    async (home, progress) => {
      const trained = await runJob(
        'train',
        home,
        { seed: options.seed, force: options.force },
        progress,
      )
      if (!trained.promotion.promoted) process.exitCode = EXIT.failed
      const lists = await runJob('off-peak', home, { pages: false }, progress)
      return { ...trained, lists }
    },
    ({ bundle, seconds, metrics, promotion }) =>
      [
        `bundle ${bundle} trained in ${seconds.toFixed(0)} s`,
        metricsTable(metrics),
        gatesTable(promotion.gates),
        verdictOf(promotion),
        ...(promotion.promoted ? ['next: npx explore page USER --explain'] : []),
      ].join('\n\n'),
  )
