import { rng } from '@explore/learn'
import { meanInterval } from '../mean-interval.ts'
import type { Cell, Figure, Row, Table } from '../report.ts'
import { type Band, BANDS } from './bands.ts'
import { LISTED, type Measured } from './measure.ts'

/** What was measured of one method: one run per seed. */
export interface Result {
  readonly name: string
  readonly runs: readonly Measured[]
  /** Of the first run, training included. */
  readonly seconds: number
}

/** The columns of the literature, with the recall of what was shown and passed over beside. */
export const qualityTable = (
  title: string,
  results: readonly Result[],
  cuts: readonly number[],
): Table => {
  const [first, second] = [cuts[0]!, cuts[1] ?? cuts[0]!]
  return {
    title,
    columns: [
      ...cuts.map(cut => ({ name: `R@${cut}` })),
      { name: `NDCG@${first}` },
      { name: `HR@${first}` },
      { name: `passed over R@${second}` },
      { name: 'time', unit: 's' },
    ],
    rows: results.map(({ name, runs, seconds }) => ({
      name,
      cells: [
        ...cuts.map((cut, i) => figure(runs, run => run.recall.get(cut)!, i < 2)),
        figure(runs, run => run.ndcg.get(first)!, true),
        figure(runs, run => run.hit.get(first)!),
        figure(runs, run => run.skipped.get(second)!),
        Math.round(seconds),
      ],
    })),
    notes: [
      'in brackets: 95 % intervals by resampling users, of the first seed; ±: deviation over seeds',
      'passed over: what users were shown later and did not engage with; a model that finds it as well only knows what is shown',
    ],
  }
}

/** Recall of the test's items by how known they were, and the share of the pool that is ever listed. */
export const reachTable = (
  results: readonly Result[],
  bands: readonly Band[],
  pool: Uint8Array,
): Table => {
  const size = pool.reduce((sum, is) => sum + is, 0)
  const rows = results.map(({ name, runs }): Row => {
    const of = (band: Band): Cell =>
      spread(
        runs.map(({ wanted, found }) => {
          let [all, hits] = [0, 0]
          bands.forEach((is, item) => {
            if (is !== band) return
            all += wanted[item]!
            hits += found[item]!
          })
          return hits / all
        }),
      )
    const coverage = spread(
      runs.map(({ listed }) => listed.reduce((sum, n) => sum + Number(n > 0), 0) / size),
    )
    return { name, cells: [...BANDS.map(of), coverage] }
  })
  return {
    title: `recall@${LISTED} by how known an item is, and coverage`,
    columns: [...BANDS.map(name => ({ name })), { name: 'coverage' }],
    rows,
    notes: [
      'head: the most popular items with half of the training positives; tail: the last fifth; cold: none',
    ],
  }
}

export const mean = (values: ArrayLike<number>): number => {
  let [sum, n] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue
    sum += values[i]!
    n++
  }
  return sum / n
}

/** Mean over seeds, their deviation where there are several. */
const spread = (values: readonly number[]): Figure => {
  const value = mean(values)
  if (values.length < 2) return { value }
  const square = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (values.length - 1)
  return { value, deviation: Math.sqrt(square) }
}

const figure = (
  runs: readonly Measured[],
  of: (run: Measured) => Float64Array,
  interval = false,
): Figure => {
  const means = spread(runs.map(run => mean(of(run))))
  if (!interval) return means
  const { low, high } = meanInterval(of(runs[0]!), rng(1).fork('users'))
  return { ...means, low, high }
}
