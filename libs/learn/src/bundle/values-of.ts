import {
  COUNTS,
  type Group,
  groupOf,
  type Head,
  HEADS,
  type Settings,
  VIEWER_DENSE,
  valueWeights,
} from '@explore/explore'
import type { RankingBatch } from '../examples/batch.ts'

/** The group of each row's viewer, from the counts among their features. */
export const groupOfRow = (
  { viewers, candidates }: Pick<RankingBatch, 'viewers' | 'candidates'>,
  settings: Settings,
): readonly Group[] =>
  Array.from(candidates.viewer, viewer => {
    const from = viewer * VIEWER_DENSE
    const logs = viewers.dense.subarray(from, from + COUNTS.length)
    return groupOf(
      logs.map(log => Math.round(Math.expm1(log))),
      settings,
    )
  })

/** What the value model makes of rows of probabilities. */
export const valuesOf = (
  heads: Readonly<Record<Head, Float32Array>>,
  groups: readonly Group[],
  settings: Settings,
): Float32Array => {
  const weights = {
    new: valueWeights(settings, 'new'),
    casual: valueWeights(settings, 'casual'),
    heavy: valueWeights(settings, 'heavy'),
  }
  return Float32Array.from(groups, (group, row) =>
    HEADS.reduce((sum, head) => sum + weights[group][head] * heads[head][row], 0),
  )
}
