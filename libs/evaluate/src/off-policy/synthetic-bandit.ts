import type { Rng } from '@explore/learn'
import type { Decisions, RewardModel } from './decisions.ts'

/** A bandit whose truth is known, for tests: contexts, actions, click rates, and two policies. */
export interface SyntheticBandit {
  /** The target policy's true value. */
  readonly truth: number
  /** `groups` viewers with `each` decisions, whose click rates share a viewer's temper. */
  readonly log: (
    groups: number,
    each: number,
    random: Rng,
  ) => Decisions & { readonly model: RewardModel }
}

const CONTEXTS = 4
const ACTIONS = 6

/**
 * The logging policy is a softmax of noise, the target one of the click rates: it would do better. The reward
 * model is off by `error`, always in the same direction for the same pair.
 */
export const syntheticBandit = (random: Rng, error: number): SyntheticBandit => {
  const table = (of: () => number): number[][] =>
    Array.from({ length: CONTEXTS }, () => Array.from({ length: ACTIONS }, of))
  const rates = table(() => 0.05 + 0.5 * random.uniform())
  const model = rates.map(row => row.map(rate => rate + error * random.normal()))
  const logging = table(() => random.normal()).map(softmax)
  const target = rates.map(row => softmax(row.map(rate => 6 * rate)))
  const expected = (values: readonly number[][], context: number): number =>
    target[context]!.reduce((sum, chance, action) => sum + chance * values[context]![action]!, 0)
  const truth = rates.reduce((sum, _, context) => sum + expected(rates, context) / CONTEXTS, 0)

  return {
    truth,
    log: (groups, each, draws) => {
      const length = groups * each
      const columns = {
        length,
        groups: new Uint32Array(length),
        rewards: new Float64Array(length),
        propensities: new Float64Array(length),
        targets: new Float64Array(length),
        model: { taken: new Float64Array(length), expected: new Float64Array(length) },
      }
      let temper = 0
      for (let row = 0; row < length; row++) {
        if (row % each === 0) temper = draws.uniform() < 0.5 ? 0.5 : 1.5
        const context = draws.int(CONTEXTS)
        const action = drawn(logging[context]!, draws.uniform())
        columns.groups[row] = Math.floor(row / each)
        columns.rewards[row] = Number(draws.uniform() < temper * rates[context]![action]!)
        columns.propensities[row] = logging[context]![action]!
        columns.targets[row] = target[context]![action]!
        columns.model.taken[row] = model[context]![action]!
        columns.model.expected[row] = expected(model, context)
      }
      return columns
    },
  }
}

const softmax = (scores: readonly number[]): number[] => {
  const odds = scores.map(score => Math.exp(score))
  const sum = odds.reduce((total, odd) => total + odd, 0)
  return odds.map(odd => odd / sum)
}

const drawn = (chances: readonly number[], u: number): number => {
  let left = u
  const action = chances.findIndex(chance => (left -= chance) < 0)
  return action < 0 ? chances.length - 1 : action
}
