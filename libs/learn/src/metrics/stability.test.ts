import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { populationStability } from './stability.ts'

const normal = (seed: number, mean: number, rows = 5000): Float64Array => {
  const random = rng(seed)
  return Float64Array.from({ length: rows }, () => mean + random.normal())
}

it('is 0 for the same values in any order, and near it for another sample', () => {
  const values = normal(1, 0)
  expect(populationStability(values, values.toReversed())).toBe(0)
  expect(populationStability(values, normal(2, 0))).toBeLessThan(0.01)
})

it('grows with the shift, as it does by hand', () => {
  // Shares of the halves: ½ and ½ against ¼ and ¾.
  const reference = [0, 0, 1, 1]
  const by = (1 / 4 - 1 / 2) * Math.log(1 / 2) + (3 / 4 - 1 / 2) * Math.log(3 / 2)
  expect(populationStability(reference, [0, 1, 1, 1], 2)).toBeCloseTo(by, 12)
  const values = normal(1, 0)
  const small = populationStability(values, normal(3, 0.2))
  const large = populationStability(values, normal(3, 1))
  expect(small).toBeGreaterThan(0.01)
  expect(small).toBeLessThan(0.1)
  expect(large).toBeGreaterThan(0.25)
})

it('stays finite where nothing overlaps, and is NaN without values', () => {
  expect(populationStability([1, 2, 3, 4], [9, 9])).toBeGreaterThan(1)
  expect(Number.isFinite(populationStability([1, 2, 3, 4], [9, 9]))).toBe(true)
  expect(populationStability([], [1])).toBeNaN()
})
