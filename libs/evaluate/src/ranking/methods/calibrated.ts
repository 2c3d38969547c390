import { fitPlatt, type Label, sigmoid } from '@explore/learn'
import { labelsOf, type RankingTask } from '../ranking-task.ts'

/** Probabilities of the test rows from a score of any row in log-odds, calibrated as the second stage is. */
export const calibrated = (
  { examples, valid, test }: RankingTask,
  label: Label,
  logit: (row: number) => number,
): Float32Array => {
  const scores = Float64Array.from(valid, logit)
  const { slope, offset } = fitPlatt(scores, labelsOf(examples, label, valid))
  return Float32Array.from(test, row => sigmoid(slope * logit(row) + offset))
}
