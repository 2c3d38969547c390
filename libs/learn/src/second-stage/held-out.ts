import { type Label, LABELS } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { type HeadMetrics, headMetrics } from '../metrics/head-metrics.ts'
import { logLoss } from '../metrics/log-loss.ts'
import { type HeadPlan, logit } from './heads.ts'
import type { Logits } from './logits-of.ts'
import { fitPlatt, type Platt, sigmoid } from './platt.ts'
import { countColumn } from './user-prior.ts'

/** What the last part of the log says about a trained network. */
export interface HeldOut {
  readonly labels: Readonly<Record<Label, Uint8Array>>
  /** User index of each row. */
  readonly users: Uint32Array
}

/** Labels and users of rows that were not trained on. */
export const heldOut = ({ ranking, viewers }: Examples, rows: Uint32Array): HeldOut => {
  const { user } = viewers
  return {
    users: rows.map(row => user[ranking.viewer[row]]),
    labels: Object.fromEntries(
      LABELS.map((head, i) => [
        head,
        Uint8Array.from(rows, row => ranking.labels[row * LABELS.length + i]),
      ]),
    ) as Record<Label, Uint8Array>,
  }
}

/** Log loss of the trained heads over that of their rates in the data: what early stopping watches. */
export const totalEntropy = (
  { labels }: HeldOut,
  heads: readonly HeadPlan[],
  logits: Logits,
): number => {
  let loss = 0
  let entropy = 0
  for (const { head, rate } of heads.filter(plan => plan.trained)) {
    const y = labels[head]
    loss += logLoss((logits[head] as Float32Array).map(sigmoid), y)
    entropy += logLoss(new Float32Array(y.length).fill(rate), y)
  }
  return loss / entropy
}

/** probability = σ(slope · logit + offset + prior · user's log-odds) */
export interface Calibration extends Platt {
  readonly prior: 0 | 1
}

/** What a trained head can answer by, and how well that does on users whom it was not calibrated on. */
interface Answer {
  readonly calibration: Calibration
  readonly p: Float32Array
}

/**
 * The calibration of each trained head on all rows. A head that predicts other users worse than a simpler answer
 * gives that one: the user's own rate, shrunk to the base rate; or the base rate, that of the training days and
 * these together, as one day has too few positives of a rare reaction to say more.
 */
export const calibrate = (
  judged: HeldOut,
  heads: readonly HeadPlan[],
  logits: Logits,
  priors: Logits,
): Record<string, Calibration> =>
  Object.fromEntries(
    heads
      .filter(plan => plan.trained)
      .map(plan => [
        plan.head,
        bestAnswer(judged, plan, logits[plan.head], priors[plan.head]).calibration,
      ]),
  )

/**
 * Metrics of every head, calibrated: each half of the users by what the other half taught, so that the
 * rows that calibrate can judge, too.
 */
export const heldOutMetrics = (
  judged: HeldOut,
  heads: readonly HeadPlan[],
  logits: Logits,
  priors: Logits,
): Record<Label, HeadMetrics & { readonly trained: boolean }> =>
  Object.fromEntries(
    heads.map(plan => {
      const { head, rate, trained } = plan
      const y = judged.labels[head]
      const p = trained
        ? bestAnswer(judged, plan, logits[head], priors[head]).p
        : new Float32Array(y.length).fill(rate)
      return [head, { ...headMetrics(p, y, judged.users), trained }]
    }),
  ) as Record<Label, HeadMetrics & { readonly trained: boolean }>

const bestAnswer = (
  judged: HeldOut,
  plan: HeadPlan,
  logits: Float32Array,
  priors: Float32Array,
): Answer => {
  const y = judged.labels[plan.head]
  const network: Answer = {
    calibration: { ...fitPlatt(logits, y), prior: 0 },
    p: crossFitted(judged.users, logits, y),
  }
  if (y.length === 0) return network
  const user: Answer = { calibration: { slope: 0, offset: 0, prior: 1 }, p: priors.map(sigmoid) }
  const base: Answer = {
    calibration: { slope: 0, offset: logit(pooledRate(judged, plan)), prior: 0 },
    p: new Float32Array(y.length).fill(plan.rate),
  }
  // Of what is as good the simpler one.
  return [base, ...(countColumn(plan.head) < 0 ? [] : [user]), network]
    .map(answer => ({ answer, loss: logLoss(answer.p, y) }))
    .reduce((best, next) => (next.loss < best.loss ? next : best)).answer
}

const pooledRate = ({ users, labels }: HeldOut, { head, positives, rate }: HeadPlan): number => {
  const rows = (positives + 0.5) / rate - 1 + users.length
  return (positives + labels[head].reduce((a, b) => a + b, 0) + 0.5) / (rows + 1)
}

/** Probabilities of each half of the users, calibrated on the other. */
const crossFitted = (users: Uint32Array, z: Float32Array, y: Uint8Array): Float32Array => {
  const p = new Float32Array(y.length)
  const halves = [0, 1].map(half =>
    Uint32Array.from(users.keys()).filter(row => users[row] % 2 === half),
  )
  halves.forEach((rows, half) => {
    const others = halves[1 - half]
    const { slope, offset } = fitPlatt(
      Float32Array.from(others, row => z[row]),
      Uint8Array.from(others, row => y[row]),
    )
    for (const row of rows) p[row] = sigmoid(z[row] * slope + offset)
  })
  return p
}
