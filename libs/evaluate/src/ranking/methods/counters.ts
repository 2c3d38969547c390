import { type Label, LABELS, logit, PARTIAL_LABELS } from '@explore/learn'
import type { RankingMethod } from '../method.ts'
import { type RankingTask, usersOf } from '../ranking-task.ts'
import { calibrated } from './calibrated.ts'

/** Impressions' worth of the base rate in every rate. */
const PRIOR = { item: 20, user: 10 } as const

/** Log-odds of a label by group, smoothed to the base rate's. */
const logOdds = (
  { examples: { ranking }, train }: RankingTask,
  label: Label,
  groupOf: (row: number) => number,
  prior: number,
): ((row: number) => number) => {
  const column = LABELS.indexOf(label)
  const known = PARTIAL_LABELS.includes(label)
  const shown = new Map<number, number>()
  const positive = new Map<number, number>()
  let rows = 0
  let positives = 0
  for (const row of train) {
    if (ranking.partial[row] === 1 && !known) continue
    const group = groupOf(row)
    const y = ranking.labels[row * LABELS.length + column]!
    shown.set(group, (shown.get(group) ?? 0) + 1)
    positive.set(group, (positive.get(group) ?? 0) + y)
    rows++
    positives += y
  }
  const base = (positives + 0.5) / (rows + 1)
  return row => {
    const group = groupOf(row)
    return logit(((positive.get(group) ?? 0) + prior * base) / ((shown.get(group) ?? 0) + prior))
  }
}

const byItem =
  ({ examples: { ranking } }: RankingTask) =>
  (row: number): number =>
    ranking.item[row]!

/** The item's rate in the training rows. */
export const popularity: RankingMethod = {
  name: 'popularity',
  seeded: false,
  predict: async (task, { labels }) =>
    Object.fromEntries(
      labels.map(label => [
        label,
        calibrated(task, label, logOdds(task, label, byItem(task), PRIOR.item)),
      ]),
    ),
}

/** The item's and the user's rate in the training rows, added up as log-odds. */
export const counters: RankingMethod = {
  name: 'counters, item + user',
  seeded: false,
  predict: async (task, { labels }) => {
    const all = Uint32Array.from(task.examples.ranking.time.keys())
    const users = usersOf(task.examples, all)
    return Object.fromEntries(
      labels.map(label => {
        const item = logOdds(task, label, byItem(task), PRIOR.item)
        const user = logOdds(task, label, row => users[row]!, PRIOR.user)
        return [label, calibrated(task, label, row => item(row) + user(row))]
      }),
    )
  },
}
