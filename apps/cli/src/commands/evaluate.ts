import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'

export interface EvaluateWorldOptions extends CommonOptions {
  readonly seeds: string
  readonly days: string
  readonly users: string
  readonly items: string
  readonly population: string
  readonly seed: string
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
          seeds: Number(options.seeds),
          days: Number(options.days),
          users: Number(options.users),
          items: Number(options.items),
          population: Number(options.population),
          seed: Number(options.seed),
          now: PRESENT,
          ...(options.arms !== undefined && { arms: options.arms.split(',') }),
        },
        progress,
      ),
    ({ tables }) => tables.join('\n\n'),
  )
