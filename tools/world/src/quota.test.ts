import { expect, test } from 'vitest'
import { createQuota } from './quota.ts'
import { streamOf } from './rng.ts'

const quota = createQuota(streamOf(1, 'quota'), 3000)
const trait = quota.trait(4)

test('every hundred viewers have every level of every trait', () => {
  for (const quantiles of [quota.activity, trait])
    for (const from of [0, 700, 2900]) {
      const levels = Array.from(quantiles.subarray(from, from + 100), u => Math.floor(100 * u))
      expect(new Set(levels).size).toBe(100)
    }
})

test('those with a rare trait are spread over all levels of activity', () => {
  const rare = Array.from(quota.activity).filter((_, viewer) => trait[viewer]! > 0.99)
  expect(rare).toHaveLength(30)
  const thirds = [0, 1, 2].map(third => rare.filter(u => Math.floor(3 * u) === third).length)
  expect(Math.min(...thirds)).toBeGreaterThanOrEqual(9)
})

test('traits are unrelated', () => {
  const other = quota.trait(5)
  let product = 0
  trait.forEach((u, viewer) => (product += (12 * (u - 0.5) * (other[viewer]! - 0.5)) / 3000))
  expect(Math.abs(product)).toBeLessThan(0.08)
})

test('a number of viewers that is no multiple of a hundred is served, too', () => {
  const few = createQuota(streamOf(1, 'quota'), 130)
  const last = Array.from(few.trait(1).subarray(100), u => Math.floor(30 * u))
  expect(new Set(last).size).toBe(30)
})
