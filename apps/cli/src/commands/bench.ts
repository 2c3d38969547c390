import { readFileSync } from 'node:fs'
import {
  benchAnn,
  benchBus,
  benchFaults,
  benchFleet,
  benchHome,
  benchObserve,
  benchOverload,
  benchPlan,
  benchSoak,
  benchTraining,
  benchWarmStart,
  comparisonTable,
  type Figure,
  figuresTable,
} from '@explore/bench'
import { finishPendingImport, type Home, lockHome, type Progress } from '@explore/embedded'
import { ExploreError } from '@explore/explore'
import { type CommonOptions, report } from '../context.ts'

export interface BenchOptions extends CommonOptions {
  readonly seconds: number
  /** A file that `explore bench --json` wrote. */
  readonly compare?: string
  /** Where `soak` draws its page. */
  readonly report?: string
  /** What `soak` runs as a container, in place of a process. */
  readonly image?: string
}

type Part = (
  home: Home,
  seconds: number,
  progress: Progress,
  more: Pick<BenchOptions, 'report' | 'image'>,
) => Promise<readonly Figure[]>

/** Those that start servers which take the home themselves. */
const SERVED: readonly string[] = ['fleet', 'faults', 'plan', 'soak']

/** What can be measured: serving, serving too many, events over Kafka and Redis, the speed of training, what going on from older models is worth. */
const PARTS = {
  home: benchHome,
  ann: benchAnn([10_000, 100_000]),
  'ann-million': benchAnn([10_000, 100_000, 1_000_000]),
  fleet: benchFleet,
  faults: (home, seconds, progress) => benchFaults(home, seconds / 5, progress),
  plan: benchPlan,
  soak: benchSoak,
  observe: benchObserve,
  overload: benchOverload,
  events: benchBus,
  train: (home, _seconds, progress) => benchTraining(home, progress),
  'warm-start': (home, _seconds, progress) => benchWarmStart(home, progress),
} satisfies Record<string, Part>

/** Measures a home: ratios within one run, and the bounds that they must hold. */
export const bench = (part: string, options: BenchOptions): Promise<void> => {
  const measure: Part | undefined = Object.entries(PARTS).find(([name]) => name === part)?.[1]
  if (measure === undefined) {
    throw new ExploreError('USAGE', `there is no bench ${part}: ${Object.keys(PARTS).join(', ')}`)
  }
  const before = options.compare === undefined ? undefined : figuresOf(options.compare)
  return report(
    options,
    async (home, progress): Promise<readonly Figure[]> => {
      const lock = SERVED.includes(part) ? undefined : await lockHome(home, 'bench')
      try {
        await finishPendingImport(home, progress)
        return await measure(home, options.seconds, progress, options)
      } finally {
        await lock?.release()
      }
    },
    figures =>
      before === undefined
        ? figuresTable(figures)
        : `${figuresTable(figures)}\n\n${comparisonTable(before, figures)}`,
  )
}

/** The figures of an earlier run, read before this one takes its minutes. */
const figuresOf = (file: string): readonly Figure[] => {
  const refuse = (cause: unknown): never => {
    throw new ExploreError('USAGE', `${file} is no output of explore bench --json`, { cause })
  }
  try {
    const figures = JSON.parse(readFileSync(file, 'utf8')) as readonly Figure[]
    const sound = figures.every(
      ({ name, value }) => typeof name === 'string' && typeof value === 'number',
    )
    return sound ? figures : refuse(undefined)
  } catch (cause) {
    return refuse(cause)
  }
}
