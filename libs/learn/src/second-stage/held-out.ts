import { type Label, LABELS } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { type HeadMetrics, headMetrics } from '../metrics/head-metrics.ts'
import { logLoss } from '../metrics/log-loss.ts'
import type { HeadPlan } from './heads.ts'
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

/** The calibration of each trained head on all rows. */
export const calibrate = ({ labels }: HeldOut, logits: Logits): Record<string, Calibration> =>
  Object.fromEntries(
    Object.entries(logits).map(([head, z]) => [head, fitPlatt(z, labels[head as Label])]),
  )

/**
 * Metrics of every head, calibrated: each half of the users by what the other half taught, so that the
 * rows that calibrate can judge, too.
 */
export const heldOutMetrics = (
  { labels, users }: HeldOut,
  heads: readonly HeadPlan[],
  logits: Logits,
): Record<Label, HeadMetrics & { readonly trained: boolean }> => {
  const rowsOf = (half: number) =>
    Uint32Array.from(users.keys()).filter(row => users[row] % 2 === half)
  const halves = [rowsOf(0), rowsOf(1)]
  return Object.fromEntries(
    heads.map(({ head, rate, trained }) => {
      const y = labels[head]
      const p = new Float32Array(y.length).fill(rate)
      const z = logits[head]
      if (z) {
        halves.forEach((rows, half) => {
          const others = halves[1 - half]
          const { slope, offset } = fitPlatt(
            Float32Array.from(others, row => z[row]),
            Uint8Array.from(others, row => y[row]),
          )
          for (const row of rows) p[row] = sigmoid(z[row] * slope + offset)
        })
      }
      return [head, { ...headMetrics(p, y, users), trained }]
    }),
  ) as Record<Label, HeadMetrics & { readonly trained: boolean }>
}
