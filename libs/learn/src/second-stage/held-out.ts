import { type Label, LABELS } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { type HeadMetrics, headMetrics } from '../metrics/head-metrics.ts'
import { logLoss } from '../metrics/log-loss.ts'
import { type HeadPlan, logit } from './heads.ts'
import type { Logits } from './logits-of.ts'
import { type Calibration, fitPlatt, sigmoid } from './platt.ts'

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

/**
 * The calibration of each trained head on all rows. A head that predicts other users worse than its base
 * rate answers the base rate, that of the training days and these together: one day has too few
 * positives of a rare reaction to say more.
 */
export const calibrate = (
  judged: HeldOut,
  heads: readonly HeadPlan[],
  logits: Logits,
): Record<string, Calibration> =>
  Object.fromEntries(
    heads
      .filter(plan => plan.trained)
      .map(plan => {
        const z = logits[plan.head]
        return [
          plan.head,
          crossFitted(judged, plan, z)
            ? fitPlatt(z, judged.labels[plan.head])
            : { slope: 0, offset: logit(pooledRate(judged, plan)) },
        ]
      }),
  )

/**
 * Metrics of every head, calibrated: each half of the users by what the other half taught, so that the
 * rows that calibrate can judge, too.
 */
export const heldOutMetrics = (
  judged: HeldOut,
  heads: readonly HeadPlan[],
  logits: Logits,
): Record<Label, HeadMetrics & { readonly trained: boolean }> =>
  Object.fromEntries(
    heads.map(plan => {
      const { head, rate, trained } = plan
      const y = judged.labels[head]
      const fitted = trained ? crossFitted(judged, plan, logits[head]) : undefined
      const p = fitted ?? new Float32Array(y.length).fill(rate)
      return [head, { ...headMetrics(p, y, judged.users), trained }]
    }),
  ) as Record<Label, HeadMetrics & { readonly trained: boolean }>

const pooledRate = ({ users, labels }: HeldOut, { head, positives, rate }: HeadPlan): number => {
  const rows = (positives + 0.5) / rate - 1 + users.length
  return (positives + labels[head].reduce((a, b) => a + b, 0) + 0.5) / (rows + 1)
}

/** Probabilities of each half of the users, calibrated on the other; undefined where the base rate is as good. */
const crossFitted = (
  { labels, users }: HeldOut,
  { head, rate }: HeadPlan,
  z: Float32Array,
): Float32Array | undefined => {
  const y = labels[head]
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
  const base = new Float32Array(y.length).fill(rate)
  return y.length === 0 || logLoss(p, y) < logLoss(base, y) ? p : undefined
}
