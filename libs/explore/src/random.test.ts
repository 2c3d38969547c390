import { expect, it } from 'vitest'
import { randomOf } from './random.ts'

it('draws uniformly, the same for the same seed, another for another', () => {
  const draws = (seed: string) => Array.from({ length: 20_000 }, randomOf(seed))
  const one = draws('one')
  expect(draws('one')).toEqual(one)
  expect(draws('two')[0]).not.toBe(one[0])
  const buckets = new Float64Array(10)
  for (const draw of one) buckets[Math.floor(draw * 10)]!++
  // χ² with 9 degrees of freedom exceeds 33.7 once in 10,000 seeds.
  expect(buckets.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(33.7)
})
