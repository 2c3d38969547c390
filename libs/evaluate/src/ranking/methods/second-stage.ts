import { type Label, type SecondStageOptions, trainSecondStage } from '@explore/learn'
import type { FitOptions, RankingMethod } from '../method.ts'
import { labelsOf, type RankingTask } from '../ranking-task.ts'

type Changes = Pick<SecondStageOptions, 'without' | 'size'>

const trained = async (
  { examples, cuts, test }: RankingTask,
  { seed, onProgress, signal }: FitOptions,
  changes: Changes & { readonly labels?: readonly Label[] },
) =>
  (
    await trainSecondStage(examples, {
      ...changes,
      seed,
      signal,
      validFrom: cuts.validFrom,
      until: cuts.validTo,
      predict: test,
      onProgress: fraction => onProgress(fraction),
    })
  ).predicted

/** The ranker that is served, trained on everything at once. */
export const secondStage = (name = 'second stage', changes: Changes = {}): RankingMethod => ({
  name,
  seeded: true,
  predict: (task, options) => trained(task, options, changes),
})

/** Positives below which nothing is trained. */
const FEWEST = 30

/** The same network once per label, each knowing no other. */
export const singleTask: RankingMethod = {
  name: 'second stage, a twin per head',
  seeded: true,
  predict: async (task, options) => {
    const all: Partial<Record<Label, Float32Array>> = {}
    for (const [i, label] of options.labels.entries()) {
      const onProgress = (fraction: number): void =>
        options.onProgress((i + fraction) / options.labels.length, label)
      const enough = labelsOf(task.examples, label, task.train).reduce((a, b) => a + b, 0) >= FEWEST
      if (!enough) continue
      all[label] = (await trained(task, { ...options, onProgress }, { labels: [label] }))[label]
    }
    return all
  },
}
