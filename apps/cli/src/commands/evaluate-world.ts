import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'

export interface EvaluateWorldOptions extends CommonOptions {
  readonly seeds: number
  readonly days: number
  readonly users: number
  readonly items: number
  readonly population: number
  readonly seed: number
  readonly arms?: string
}

/** The world's present in every evaluation, so that a run can be repeated. */
const PRESENT = Date.UTC(2026, 0, 15)

/** Serves the simulated world by the funnel, its ablations and the baselines; prints paired differences. */
export const evaluateWorld = (options: EvaluateWorldOptions): Promise<void> =>
  report(
    options,
    (home, progress) =>
      runJob(
        'evaluate-world',
        home,
        {
          seeds: options.seeds,
          days: options.days,
          users: options.users,
          items: options.items,
          population: options.population,
          seed: options.seed,
          now: PRESENT,
          ...(options.arms !== undefined && { arms: options.arms.split(',') }),
        },
        progress,
      ),
    ({ tables }) => tables.join('\n\n'),
  )
