import { rng } from '@explore/learn'
import { expect, it } from 'vitest'
import { meanInterval } from './mean-interval.ts'

it('spans two standard errors to each side of the mean', () => {
  const random = rng(1)
  const values = Float64Array.from({ length: 2500 }, () => 3 + random.normal())
  const mean = values.reduce((a, b) => a + b) / values.length
  const { low, high } = meanInterval(values, random, 2000)
  expect(mean - low).toBeCloseTo(1.96 / 50, 2)
  expect(high - mean).toBeCloseTo(1.96 / 50, 2)
})

it('leaves out users without a value', () => {
  const { low, high } = meanInterval(Float64Array.of(NaN, 2, 2, NaN), rng(1))
  expect([low, high]).toEqual([2, 2])
})
