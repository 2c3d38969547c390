import { expect, it } from 'vitest'
import { scaleOf } from './standardise.ts'

it('finds mean and deviation column by column', () => {
  const { mean, deviation } = scaleOf(Float32Array.of(1, 7, 10, 3, 7, -10), 3)
  expect(Array.from(mean)).toEqual([2, 7, 0])
  expect(deviation[0]).toBe(1)
  expect(deviation[2]).toBe(10)
  // A constant column is not divided by zero.
  expect(deviation[1]).toBeCloseTo(0.05, 6)
})
