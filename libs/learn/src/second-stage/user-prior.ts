import { COUNTS, VIEWER_DENSE } from '@explore/explore'
import type { Label } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { logLoss } from '../metrics/log-loss.ts'
import type { HeadPlan } from './heads.ts'
import { sigmoid } from './platt.ts'

/**
 * What a user's own rate says where reactions are too few for a network: (count + a) / (shown + a + b), the mean of a
 * beta-binomial, whose prior weighs as much as a + b impressions at the base rate.
 */
export interface UserPrior {
  readonly a: number
  readonly b: number
}

/** Rare, and counted of impressions only; histories without impressions would make more reactions than impressions. */
const COUNTED: ReadonlySet<Label> = new Set<Label>(['save', 'share', 'see_less'])

/** Column of the viewer's dense features that is log1p of the user's reactions; −1 where there is none. */
export const countColumn = (head: Label): number =>
  COUNTED.has(head) ? (COUNTS as readonly Label[]).indexOf(head) : -1

/** Column that is log1p of the impressions. */
export const SHOWN_COLUMN = 0

/** Log-odds of the rate. The network's graph computes the same. */
export const priorLogit = ({ a, b }: UserPrior, count: number, shown: number): number =>
  Math.log(count + a) - Math.log(Math.max(shown - count, 0) + b)

/** Impressions that the base rate may weigh. */
const STRENGTHS = [10, 30, 100, 300, 1000, 3000, 10_000]

/** Nobody's rate is known: everyone's is the base rate. */
const baseRate = (rate: number): UserPrior => ({ a: rate * 1e6, b: (1 - rate) * 1e6 })

/** The prior of each head that predicts these rows best; each row's counts are of what came before it. */
export const fitPriors = (
  examples: Examples,
  rows: Uint32Array,
  heads: readonly HeadPlan[],
): readonly UserPrior[] => {
  if (!heads.some(({ head }) => countColumn(head) >= 0)) return heads.map(p => baseRate(p.rate))
  const { labels } = examples.ranking
  const facts = countsOf(examples, rows, [SHOWN_COLUMN, ...heads.map(p => countColumn(p.head))])
  const [shown] = facts as [Float32Array]
  const width = labels.length / examples.ranking.length
  return heads.map(({ head, index, rate }, i) => {
    if (countColumn(head) < 0) return baseRate(rate)
    const counts = facts[i + 1]!
    const y = Uint8Array.from(rows, row => labels[row * width + index]!)
    let best = { loss: Infinity, prior: baseRate(rate) }
    for (const prior of [
      best.prior,
      ...STRENGTHS.map(weight => ({ a: rate * weight, b: (1 - rate) * weight })),
    ]) {
      const p = counts.map((count, row) => sigmoid(priorLogit(prior, count, shown[row]!)))
      const loss = logLoss(p, y)
      if (loss < best.loss) best = { loss, prior }
    }
    return best.prior
  })
}

const CHUNK = 4096

/** Counts of the rows' viewers by column; nothing where the column is negative. */
const countsOf = (
  { viewers, ranking }: Examples,
  rows: Uint32Array,
  columns: readonly number[],
): readonly Float32Array[] => {
  const out = columns.map(column => new Float32Array(column < 0 ? 0 : rows.length))
  for (let from = 0; from < rows.length; from += CHUNK) {
    const some = rows.subarray(from, from + CHUNK)
    const { dense } = viewers.gather(some.map(row => ranking.viewer[row]!))
    columns.forEach((column, c) => {
      if (column < 0) return
      for (let i = 0; i < some.length; i++) {
        out[c]![from + i] = Math.round(Math.expm1(dense[i * VIEWER_DENSE + column]!))
      }
    })
  }
  return out
}
