import {
  finishPendingImport,
  type Home,
  importPending,
  lockHome,
  type Progress,
} from '@explore/embedded'
import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'
import { EXIT } from '../fail.ts'
import { gatesTable, verdictOf } from '../terminal/gates-table.ts'
import { metricsTable } from '../terminal/metrics-table.ts'

export interface TrainOptions extends CommonOptions {
  readonly seed: number
  readonly full?: boolean
  readonly from?: string
  readonly events: number
  readonly force?: boolean
}

/**
 * Trains all models on the home's log into a new bundle; where it passes the gates a running server takes it over.
 * Ctrl-C keeps what was trained, and the same command goes on with it.
 */
export const train = (options: TrainOptions): Promise<void> => {
  const { seed, full, from, events, force, ...common } = options
  process.once('SIGINT', () => {
    console.error('\nexplore: stopped. The same command goes on where this one was.')
    // The job sees that nobody waits, saves its state and ends.
    process.exit(130)
  })
  return report(
    common,
    async (home, progress) => {
      await settleImport(home, progress)
      const wanted = {
        seed,
        events,
        ...(full && { full }),
        ...(from !== undefined && { from }),
        ...(force && { force }),
      }
      const trained = await runJob('train', home, wanted, progress)
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
}

/** Part of an import is nothing to train on. Throws HOME_IN_USE where it is under way. */
const settleImport = async (home: Home, progress: Progress): Promise<void> => {
  if (!importPending(home)) return
  const lock = await lockHome(home, 'train')
  try {
    await finishPendingImport(home, progress)
  } finally {
    await lock.release()
  }
}
