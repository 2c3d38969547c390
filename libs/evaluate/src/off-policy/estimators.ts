import { type Decisions, importanceWeights, type RewardModel } from './decisions.ts'
import { type Estimate, meanOf } from './mean-of.ts'

/**
 * Inverse propensity score (Horvitz & Thompson, 1952): Σ w·r / n. Unbiased while every action that the target
 * policy may take had a chance; weights above `clip` count as `clip`, which trades bias for variance.
 */
export const ips = (decisions: Decisions, clip = Infinity): Estimate => {
  const weights = importanceWeights(decisions)
  const { rewards, groups } = decisions
  return meanOf(
    rewards.map((reward, i) => Math.min(weights[i]!, clip) * reward),
    groups,
  )
}

/**
 * Self-normalised IPS (Swaminathan & Joachims, NIPS 2015): Σ w·r / Σ w. Consistent, bounded by the rewards, and
 * the same whatever constant is added to them. NaN where the target policy never takes what was taken.
 */
export const snips = (decisions: Decisions): Estimate => {
  const weights = importanceWeights(decisions)
  const { rewards, groups } = decisions
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const value = weights.reduce((total, weight, i) => total + weight * rewards[i]!, 0) / sum
  // A ratio of means deviates as the mean of its linear part does (delta method).
  const scale = weights.length / sum
  const linear = weights.map((weight, i) => value + scale * weight * (rewards[i]! - value))
  return meanOf(linear, groups)
}

/**
 * Doubly robust (Dudík, Langford & Li, ICML 2011): the model's value of the target policy, corrected by the
 * weighted error where the log knows better. Unbiased whatever the model; the better it is, the less it varies.
 */
export const doublyRobust = (
  decisions: Decisions & { readonly model: RewardModel },
  clip = Infinity,
): Estimate => {
  const weights = importanceWeights(decisions)
  const { rewards, groups, model } = decisions
  const terms = rewards.map(
    (reward, i) => model.expected[i]! + Math.min(weights[i]!, clip) * (reward - model.taken[i]!),
  )
  return meanOf(terms, groups)
}
