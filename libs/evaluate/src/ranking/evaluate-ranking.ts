import type { Label } from '@explore/learn'
import type { Evaluation } from '../evaluation.ts'
import type { Row, Table } from '../report.ts'
import { judge, type Judged } from './judge.ts'
import type { Predictions, RankingMethod } from './method.ts'
import { methodsOf } from './methods/index.ts'
import { type FigureName, RANKING_PROTOCOLS, type RankingProtocol } from './protocols.ts'
import { rankingTask, type RankingTask } from './ranking-task.ts'
import { shuffleLabels } from './shuffle-labels.ts'

const NAMES: Readonly<Record<FigureName, string>> = {
  auc: 'AUC',
  gauc: 'GAUC',
  gaucByPositives: 'GAUC by positives',
  ndcg5: 'nDCG@5',
  withinUser: 'primary',
  ne: 'NE',
  calibration: 'calibration',
  ece: 'ECE',
}

/** Predicts the reactions to later impressions by every method, one table per head. */
export const evaluateRanking: Evaluation = async input => {
  const { protocol, seeds, flags, onProgress, signal } = input
  const methods = methodsOf(flags['only'] as string | undefined)
  const { cuts, labels, figures, notes }: RankingProtocol =
    RANKING_PROTOCOLS[protocol as keyof typeof RANKING_PROTOCOLS]
  const data = await input.data()
  onProgress('replay', 0)
  const honest = await rankingTask(data, cuts(data))
  onProgress('replay', 1, `${honest.examples.ranking.length} rows`)
  const shuffled = flags['shuffleLabels'] === true
  const task = shuffled ? withShuffledLabels(honest) : honest

  const judged: (readonly [RankingMethod, Partial<Record<Label, Judged>>])[] = []
  for (const [i, method] of methods.entries()) {
    const runs: Predictions[] = []
    const last = method.seeded ? seeds : 1
    for (let seed = 1; seed <= last; seed++) {
      signal.throwIfAborted()
      const done = (fraction: number, note?: string): void =>
        onProgress(
          'ranking',
          (i + (seed - 1 + fraction) / last) / methods.length,
          [method.name, ...(note === undefined ? [] : [note])].join(', '),
        )
      done(0)
      runs.push(await method.predict(task, { seed, labels, onProgress: done, signal }))
    }
    judged.push([method, judgeAll(task, method.name, labels, runs)])
  }
  onProgress('ranking', 1)

  const tables = labels.map(label => tableOf(label, figures, judged))
  return {
    evaluation: 'ranking',
    protocol,
    title: `ranking of ${data.source}, protocol ${protocol}`,
    facts: {
      ...task.facts,
      seeds,
      ...(shuffled && { labels: 'of training and calibration shuffled: a leak check' }),
    },
    tables: tables.map((table, i) => (i === 0 ? { ...table, notes: [...notes, ...NOTES] } : table)),
  }
}

const NOTES = [
  '±: deviation over seeds; [ ]: 95 % by resampling users, of the first seed',
  'all methods are calibrated on the same rows; NE < 1 is better than knowing the rate of the test',
]

const withShuffledLabels = (task: RankingTask): RankingTask => {
  const rows = Uint32Array.from([...task.train, ...task.valid])
  return { ...task, examples: shuffleLabels(task.examples, rows, 1) }
}

const judgeAll = (
  task: RankingTask,
  method: string,
  labels: readonly Label[],
  runs: readonly Predictions[],
): Partial<Record<Label, Judged>> =>
  Object.fromEntries(
    labels.flatMap(label => {
      const predictions = runs.flatMap(run => run[label] ?? [])
      return predictions.length === runs.length
        ? [[label, judge(task, label, method, predictions)]]
        : []
    }),
  )

const tableOf = (
  label: Label,
  figures: readonly FigureName[],
  judged: readonly (readonly [RankingMethod, Partial<Record<Label, Judged>>])[],
): Table => {
  const positives = judged.flatMap(([, heads]) => heads[label]?.positives ?? [])[0] ?? 0
  return {
    title: `${label}, ${positives} positives in the test`,
    columns: figures.map(figure => ({ name: NAMES[figure] })),
    rows: judged.map(([{ name }, heads]): Row => ({
      name,
      cells: figures.map(figure => heads[label]?.figures[figure] ?? null),
    })),
  }
}
