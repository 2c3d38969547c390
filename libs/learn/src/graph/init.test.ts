import { expect, test } from 'vitest'
import { rng } from '../rng.ts'
import { constant, glorot, he, type Init, normal, uniform, zeros } from './init.ts'

const moments = (init: Init, shape: readonly number[]) => {
  const values = init(shape)
  const size = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / size
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size
  return { size, mean, variance, most: values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) }
}

test('constants fill the shape', () => {
  expect(zeros([2, 3])).toEqual(new Float32Array(6))
  expect(constant(2)([2])).toEqual(Float32Array.of(2, 2))
  expect(zeros([])).toHaveLength(1)
})

test('glorot is uniform with variance 2 / (in + out)', () => {
  const { mean, variance, most } = moments(glorot(rng(1)), [200, 100])
  expect(mean).toBeCloseTo(0, 2)
  expect(variance * 150).toBeCloseTo(1, 1)
  expect(most).toBeLessThanOrEqual(Math.sqrt(6 / 300))
})

test('he is normal with variance 2 / in', () => {
  const { mean, variance, most } = moments(he(rng(1)), [200, 100])
  expect(mean).toBeCloseTo(0, 2)
  expect(variance * 100).toBeCloseTo(1, 1)
  expect(most).toBeGreaterThan(3 * Math.sqrt(2 / 200))
})

test('normal and uniform have the spread they are given', () => {
  expect(moments(normal(rng(1), 3), [10_000]).variance).toBeCloseTo(9, 0)
  const { mean, most } = moments(uniform(rng(1), 2, 4), [10_000])
  expect(mean).toBeCloseTo(3, 1)
  expect(most).toBeLessThan(4)
})
