import { rng } from '@explore/learn'
import { describe, expect, it } from 'vitest'
import type { Decisions } from './decisions.ts'
import { diagnose } from './diagnose.ts'
import { doublyRobust, ips, snips } from './estimators.ts'
import type { Estimate } from './mean-of.ts'
import { syntheticBandit } from './synthetic-bandit.ts'

const RUNS = 300

/** The same bandit logged again and again, and what an estimator makes of each log. */
const repeated = (estimate: (log: ReturnType<typeof bandit.log>) => Estimate) => {
  const estimates = Array.from({ length: RUNS }, (_, run) =>
    estimate(bandit.log(200, 4, rng(`log ${run}`))),
  )
  const values = estimates.map(({ value }) => value)
  const mean = values.reduce((sum, value) => sum + value, 0) / RUNS
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (RUNS - 1)
  const covered = estimates.filter(({ low, high }) => low <= bandit.truth && bandit.truth <= high)
  return {
    mean,
    variance,
    standardError: Math.sqrt(variance / RUNS),
    coverage: covered.length / RUNS,
  }
}
const bandit = syntheticBandit(rng('bandit'), 0.05)

describe('on bandits whose truth is known', () => {
  it.each([
    ['IPS', (log: Decisions) => ips(log)],
    ['SNIPS', snips],
    ['DR', doublyRobust],
  ] as const)('%s is unbiased, and its interval holds the truth as often as it says', (_, of) => {
    const { mean, standardError, coverage } = repeated(log => of(log))
    expect(Math.abs(mean - bandit.truth)).toBeLessThan(3 * standardError)
    // Binomial deviation of 300 intervals at 95 %: 1.3 %.
    expect(coverage).toBeGreaterThan(0.91)
    expect(coverage).toBeLessThan(0.99)
  })

  it('DR varies less than IPS, even with a rough model, and is unbiased with a wrong one', () => {
    const byWeights = repeated(log => ips(log))
    expect(repeated(log => doublyRobust(log)).variance).toBeLessThan(0.8 * byWeights.variance)
    const wrong = repeated(log =>
      doublyRobust({
        ...log,
        model: { taken: log.model.taken.map(() => -2), expected: log.model.expected.map(() => -2) },
      }),
    )
    expect(Math.abs(wrong.mean - bandit.truth)).toBeLessThan(3 * wrong.standardError)
    expect(wrong.variance).toBeGreaterThan(byWeights.variance)
  })

  it('the mean logged reward is not the value of the target policy', () => {
    const logged = repeated(log => ips({ ...log, targets: log.propensities }))
    expect(bandit.truth - logged.mean).toBeGreaterThan(10 * logged.standardError)
  })

  it('a clip makes IPS vary less and biases it downwards', () => {
    const whole = repeated(log => ips(log))
    const clipped = repeated(log => ips(log, 1.5))
    expect(clipped.variance).toBeLessThan(whole.variance)
    expect(bandit.truth - clipped.mean).toBeGreaterThan(5 * clipped.standardError)
  })

  it('without regard to viewers the intervals would be too short', () => {
    const each = bandit.log(50, 200, rng('dependent'))
    const rows = { ...each, groups: each.groups.map((_, row) => row) }
    const width = ({ low, high }: Estimate) => high - low
    expect(width(ips(each))).toBeGreaterThan(1.5 * width(ips(rows)))
  })
})

describe('by hand', () => {
  const decisions: Decisions = {
    length: 4,
    groups: Uint32Array.of(0, 0, 1, 2),
    rewards: Float64Array.of(1, 0, 1, 0),
    propensities: Float64Array.of(0.5, 0.5, 0.25, 0.1),
    targets: Float64Array.of(0.5, 0, 1, 0.2),
  }

  it('weighs rewards by target over propensity', () => {
    // Weights 1, 0, 4, 2.
    expect(ips(decisions).value).toBeCloseTo(5 / 4, 12)
    expect(ips(decisions, 3).value).toBeCloseTo(4 / 4, 12)
    expect(snips(decisions).value).toBeCloseTo(5 / 7, 12)
    const model = {
      taken: Float64Array.of(1, 1, 0.5, 0),
      expected: Float64Array.of(0.5, 0.5, 0.5, 0.1),
    }
    expect(doublyRobust({ ...decisions, model }).value).toBeCloseTo((1.6 + 4 * 0.5) / 4, 12)
  })

  it('counts how many decisions the weights are worth', () => {
    expect(diagnose(decisions, 3)).toEqual({
      effective: 49 / 21,
      meanWeight: 7 / 4,
      largestWeight: 4,
      clipped: 1 / 4,
    })
    const even = { ...decisions, targets: decisions.propensities }
    expect(diagnose(even, 3).effective).toBeCloseTo(4, 12)
    expect(diagnose({ ...decisions, targets: new Float64Array(4) }, 3).effective).toBe(0)
  })

  it('knows nothing of one viewer alone', () => {
    const { value, low } = ips({ ...decisions, groups: new Uint32Array(4) })
    expect(value).toBeCloseTo(5 / 4, 12)
    expect(low).toBeNaN()
  })
})
