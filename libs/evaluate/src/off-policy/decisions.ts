/**
 * Decisions that a known policy made and what came of them, one entry each, with what a target policy would
 * have done. `groups` numbers who was decided for: decisions of one viewer are not independent.
 */
export interface Decisions {
  readonly length: number
  readonly groups: Uint32Array
  /** Of the action taken. */
  readonly rewards: Float64Array
  /** The logging policy's chance of the action taken, in (0, 1]. */
  readonly propensities: Float64Array
  /** The target policy's chance of the action taken, in [0, 1]. */
  readonly targets: Float64Array
  /** A reward model, for the doubly robust estimate. */
  readonly model?: RewardModel
}

export interface RewardModel {
  /** Predicted reward of the action taken. */
  readonly taken: Float64Array
  /** Predicted reward under the target policy: Σ over actions of its chance × prediction. */
  readonly expected: Float64Array
}

/** Importance weights: how much more likely the target policy is to take the action taken. */
export const importanceWeights = ({ targets, propensities }: Decisions): Float64Array =>
  targets.map((target, i) => target / propensities[i]!)
