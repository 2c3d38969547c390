import { describe, expect, test } from 'vitest'
import { compare, renderComparison } from './compare.ts'
import { COUNTS, type Count, type Outcome } from './outcome.ts'
import { normal, streamOf, uniform } from './rng.ts'

const USERS = 200
const stream = streamOf(1, 'compare')

/** An arm whose viewers get `lift` more value per impression than a noisy 1 of their own. */
const outcome = (policy: string, seed: number, lift: number, noise = 0): Outcome => {
  const users = Object.fromEntries(
    COUNTS.map(count => [count, new Float64Array(USERS).fill(1)]),
  ) as Record<Count, Float64Array>
  for (let user = 0; user < USERS; user++) {
    const impressions = 1 + Math.floor(50 * uniform(stream, user))
    const own = 1 + 0.5 * normal(stream, user, 1)
    users.impressions[user] = impressions
    users.value[user] = impressions * (own + lift + noise * normal(stream, user, seed + 10))
  }
  return { policy, seed, users, refused: 0, effectiveAuthors: 1, items: 1 }
}
const runs = (policy: string, lift: number, noise = 0) =>
  [1, 2, 3, 4, 5].map(seed => outcome(policy, seed, lift, noise))
const valueOf = (estimates: ReturnType<typeof compare>, policy: string) =>
  estimates.find(each => each.policy === policy && each.metric === 'value per impression')!

describe('compare', () => {
  test('pairs: what viewers have in common cancels', () => {
    const estimates = compare([...runs('random', 0), ...runs('ours', 0.1), ...runs('oracle', 0.5)])
    const { difference, gapClosed } = valueOf(estimates, 'ours')
    expect(difference!.value).toBeCloseTo(0.1, 9)
    expect(difference!.high - difference!.low).toBeLessThan(1e-6)
    expect(gapClosed).toBeCloseTo(0.2, 9)
    expect(valueOf(estimates, 'random').difference).toBeUndefined()
    expect(valueOf(estimates, 'oracle').gapClosed).toBe(1)
  })

  test('covers zero for two arms that differ by noise alone, and a real difference not', () => {
    const noisy = [...runs('random', 0, 0.3), ...runs('again', 0), ...runs('better', 0.2)]
    const estimates = compare(noisy)
    const [again, better] = ['again', 'better'].map(arm => valueOf(estimates, arm).difference!)
    expect(again!.low).toBeLessThan(0)
    expect(again!.high).toBeGreaterThan(0)
    expect(better!.low).toBeGreaterThan(0)
  })

  test('is no surer than the seeds allow', () => {
    const lucky = [1, 2, 3].map(seed => outcome('ours', seed, [0.5, 0, -0.2][seed - 1]!))
    const { difference } = valueOf(compare([...runs('random', 0), ...lucky]), 'ours')
    expect(difference!.low).toBeLessThan(-0.5)
  })

  test('needs a baseline, run by run', () => {
    expect(() => compare(runs('ours', 0))).toThrow('no outcome of the baseline random')
    expect(() => compare([outcome('random', 1, 0), outcome('ours', 2, 0)])).toThrow('seed 2')
  })

  test('renders every arm and difference', () => {
    const text = renderComparison(compare([...runs('random', 0), ...runs('oracle', 0.5)]))
    expect(text).toMatch(/^random +0\.98\d\d/m)
    expect(text).toMatch(/value per impression +oracle +0\.5000 .+ 100\.0 %/)
  })
})
