import { type EvaluationCall, reportText } from '@explore/evaluate'
import { EVALUATIONS } from '@explore/evaluate/evaluations'
import { runJob } from '@explore/offline-jobs'
import { type CommonOptions, report } from '../context.ts'

export interface EvaluateOptions extends CommonOptions {
  readonly data?: string
  readonly mapping?: string
  readonly protocol?: string
  readonly seeds: number
  /** The evaluation's own flags. */
  readonly [flag: string]: string | number | boolean | undefined
}

/** Measures models on data or on the home's own log, beside baselines. */
export const evaluate = (name: EvaluationCall['name'], options: EvaluateOptions): Promise<void> => {
  const { data, mapping, protocol, seeds } = options
  const flags = Object.fromEntries(
    EVALUATIONS[name].flags.map(({ usage }) => {
      const flag = camelCase(usage)
      return [flag, options[flag] as string | boolean | undefined]
    }),
  )
  const call: EvaluationCall = {
    name,
    seeds,
    flags,
    ...(data !== undefined && { data }),
    ...(mapping !== undefined && { mapping }),
    ...(protocol !== undefined && { protocol }),
  }
  return report(options, (home, progress) => runJob('evaluate', home, call, progress), reportText)
}

/** `--shuffle-labels <n>` as commander names it: shuffleLabels. */
const camelCase = (usage: string): string =>
  usage
    .split(' ')[0]!
    .slice(2)
    .replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
