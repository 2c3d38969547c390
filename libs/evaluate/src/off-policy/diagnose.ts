import { type Decisions, importanceWeights } from './decisions.ts'

/** What tells whether a log can carry an estimate. */
export interface Diagnosis {
  /**
   * (Σw)² / Σw² (Kish, 1965): as many decisions of the target policy itself would vary as little; at most the
   * number of decisions.
   */
  readonly effective: number
  /** Mean weight, with its expectation 1 where the propensities are right and cover the target policy. */
  readonly meanWeight: number
  readonly largestWeight: number
  /** Share of the decisions whose weight is above the clip. */
  readonly clipped: number
}

export const diagnose = (decisions: Decisions, clip: number): Diagnosis => {
  const weights = importanceWeights(decisions)
  let sum = 0
  let squares = 0
  let largest = 0
  let above = 0
  for (const weight of weights) {
    sum += weight
    squares += weight * weight
    largest = Math.max(largest, weight)
    if (weight > clip) above++
  }
  const n = weights.length
  return {
    effective: squares > 0 ? (sum * sum) / squares : 0,
    meanWeight: sum / n,
    largestWeight: largest,
    clipped: above / n,
  }
}
