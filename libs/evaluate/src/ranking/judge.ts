import { ExploreError } from '@explore/explore'
import { headFigures, type HeadFigures, type Label, rng, userBootstrap } from '@explore/learn'
import type { Figure } from '../report.ts'
import type { FigureName } from './protocols.ts'
import { labelsOf, type RankingTask, usersOf } from './ranking-task.ts'

export interface Judged {
  readonly positives: number
  /** Null where the data cannot tell. */
  readonly figures: Readonly<Record<FigureName, Figure | null>>
}

/** Of what is resampled: rows of one user are not independent. */
const SAMPLES = 200

/**
 * Judges one label by each seed's predictions: the mean over seeds and its deviation, and the interval by
 * resampling users of the first. Throws TRAIN_DIVERGED for a prediction that is no probability.
 */
export const judge = (
  task: RankingTask,
  label: Label,
  method: string,
  runs: readonly Float32Array[],
): Judged => {
  const labels = labelsOf(task.examples, label, task.test)
  const users = usersOf(task.examples, task.test)
  const prepared = runs.map(probabilities => {
    if (probabilities.some(p => !(p >= 0 && p <= 1))) {
      throw new ExploreError('TRAIN_DIVERGED', `${method} predicted no probability for ${label}`)
    }
    return headFigures(probabilities, labels, users)
  })
  const values = prepared.map(({ of }) => of())
  const first = prepared[0]!
  const intervals = userBootstrap<FigureName>(first.users, weights => ({ ...first.of(weights) }), {
    random: rng(1).fork('bootstrap'),
    samples: SAMPLES,
  })
  const figure = (name: FigureName): Figure | null => {
    const all = values.map((run: HeadFigures) => run[name])
    const value = all.reduce((a, b) => a + b, 0) / all.length
    if (!Number.isFinite(value)) return null
    const squares = all.reduce((sum, each) => sum + (each - value) ** 2, 0)
    return {
      value,
      ...(all.length > 1 && { deviation: Math.sqrt(squares / (all.length - 1)) }),
      ...intervals[name],
    }
  }
  const names = Object.keys(values[0]!) as FigureName[]
  return {
    positives: labels.reduce((a, b) => a + b, 0),
    figures: Object.fromEntries(names.map(name => [name, figure(name)])) as Judged['figures'],
  }
}
