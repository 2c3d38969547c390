import { expect, it } from 'vitest'
import { BINS, binsOf } from './quantile-bins.ts'

const column = (values: readonly number[]) => {
  const { from, slope } = binsOf(Float32Array.from(values), 1)
  return (x: number): readonly number[] =>
    Array.from(slope, (steep, bin) => Math.min(1, Math.max(0, (x - from[bin]!) * steep)))
}

it('fills bins of as many rows each, one after the other', () => {
  const filled = column(Array.from({ length: 801 }, (_, i) => i))
  expect(filled(0)).toEqual(new Array(BINS).fill(0))
  const middle = filled(250)
  expect(middle.slice(0, 2)).toEqual([1, 1])
  expect(middle[2]).toBeCloseTo(0.5, 5)
  expect(middle.slice(3)).toEqual(new Array(BINS - 3).fill(0))
})

it('stays calm beyond what was seen, and steps where most rows are alike', () => {
  const filled = column([...new Array(900).fill(0), 1, 2, 3])
  expect(filled(-1e6)).toEqual(new Array(BINS).fill(0))
  expect(filled(1e6)).toEqual(new Array(BINS).fill(1))
  expect(filled(0)[0]).toBe(0)
  expect(filled(0.5)[0]).toBe(1)
})

it('knows columns of several features, and of no rows', () => {
  const { slope } = binsOf(Float32Array.of(0, 5, 8, 5), 2)
  expect(slope).toHaveLength(2 * BINS)
  expect(slope.every(Number.isFinite)).toBe(true)
  expect(binsOf(new Float32Array(), 3).slope.every(Number.isFinite)).toBe(true)
})
