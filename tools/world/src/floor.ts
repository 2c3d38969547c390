import type { Impressions, Label } from './impressions.ts'
import { areaUnderCurve, mean, normalisedEntropy } from './statistics.ts'

/** Impressions at the base rate that an item's and a user's counts begin with. */
const PRIOR = { item: 20, user: 10 } as const

/** What two counters know about a label: features of each row, and which rows are for testing. */
export interface Floor {
  /** Smoothed log-odds of the row's item and user, less those of the base rate. */
  readonly item: Float64Array
  readonly user: Float64Array
  readonly baseLogit: number
  readonly labels: Uint8Array
}

/**
 * The simplest model that knows items and users: smoothed log-odds counted on rows before `until`,
 * as features of the rows from `from` on. How well it ranks says how much there is to be learned
 * from who and what alone, which a simulated log should have in common with a real one.
 */
export const countFloor = (
  impressions: Impressions,
  label: Label,
  { until, from }: { readonly until: number; readonly from: number },
): Floor => {
  const { length, users, items, times, labels } = impressions
  const column = labels[label] ?? new Uint8Array(length)
  const rows = Array.from({ length }, (_, row) => row)
  const base = mean(rows.filter(row => times[row]! < until).map(row => column[row]!))
  const baseLogit = logit(base)
  const offsets = (groups: Int32Array, prior: number) => {
    const size = groups.reduce((most, group) => Math.max(most, group), -1) + 1
    const shown = new Float64Array(size).fill(prior)
    const positive = new Float64Array(size).fill(prior * base)
    for (let row = 0; row < length; row++) {
      if (times[row]! >= until) continue
      shown[groups[row]!]! += 1
      positive[groups[row]!]! += column[row]!
    }
    return shown.map((count, group) => logit(positive[group]! / count) - baseLogit)
  }
  const byItem = offsets(items, PRIOR.item)
  const byUser = offsets(users, PRIOR.user)
  const tests = rows.filter(row => times[row]! >= from)
  return {
    item: Float64Array.from(tests, row => byItem[items[row]!]!),
    user: Float64Array.from(tests, row => byUser[users[row]!]!),
    baseLogit,
    labels: Uint8Array.from(tests, row => column[row]!),
  }
}

/** A logistic combination of the two counters. */
export interface Weights {
  readonly bias: number
  readonly item: number
  readonly user: number
}

/** Counters as they are, with no weights fitted. */
export const PLAIN: Weights = { bias: 0, item: 1, user: 1 }

/** Area under the curve, and normalised entropy, of a combination on the rows for testing. */
export const scoreFloor = (floor: Floor, weights: Weights): { auc: number; ne: number } => {
  const scores = floor.item.map(
    (item, row) =>
      floor.baseLogit + weights.bias + weights.item * item + weights.user * floor.user[row]!,
  )
  return {
    auc: areaUnderCurve(scores, floor.labels),
    ne: normalisedEntropy(scores.map(logistic), floor.labels),
  }
}

/** Fits the weights by maximum likelihood (Newton's method, a hundredth of ridge). */
export const fitFloor = ({ item, user, baseLogit, labels }: Floor): Weights => {
  let at = [0, 0, 0]
  for (let step = 0; step < 25; step++) {
    const slope = [0, 0, 0]
    const curve = [0.01, 0, 0, 0, 0.01, 0, 0, 0, 0.01]
    for (let row = 0; row < labels.length; row++) {
      const x = [1, item[row]!, user[row]!]
      const p = logistic(baseLogit + x.reduce((sum, value, j) => sum + at[j]! * value, 0))
      x.forEach((value, j) => {
        slope[j]! += (labels[row]! - p) * value
        x.forEach((other, k) => (curve[j * 3 + k]! += p * (1 - p) * value * other))
      })
    }
    at = solve3(curve, slope).map((change, j) => at[j]! + change)
  }
  return { bias: at[0]!, item: at[1]!, user: at[2]! }
}

/** Solves a symmetric positive definite 3 × 3 system by Cramer's rule. */
const solve3 = (m: readonly number[], right: readonly number[]): number[] => {
  const determinant = (a: readonly number[]) =>
    a[0]! * (a[4]! * a[8]! - a[5]! * a[7]!) -
    a[1]! * (a[3]! * a[8]! - a[5]! * a[6]!) +
    a[2]! * (a[3]! * a[7]! - a[4]! * a[6]!)
  const whole = determinant(m)
  return [0, 1, 2].map(
    column =>
      determinant(m.map((cell, at) => (at % 3 === column ? right[Math.floor(at / 3)]! : cell))) /
      whole,
  )
}

const logit = (p: number): number => Math.log(p / (1 - p))
const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
