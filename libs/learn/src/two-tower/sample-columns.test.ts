import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { columnSampler } from './sample-columns.ts'

const COUNTS = [50, 30, 15, 5, 0, 0]

const sampler = (uniform: number, logQ = true, pool = [0, 1, 2, 3, 4]) =>
  columnSampler({
    counts: COUNTS,
    pool: Uint32Array.from(pool),
    uniform,
    logQ,
    random: rng(1),
  })

it('lists every drawn item once and says where the positives are', () => {
  const { items, row, correction, own } = sampler(2)(Uint32Array.of(3, 0, 3, 1))
  expect(new Set(items).size).toBe(items.length)
  expect(correction).toHaveLength(items.length)
  expect(Array.from(row, at => items[at])).toEqual([3, 0, 3, 1])
  expect(own).toHaveLength(4)
  expect(items).not.toContain(5)
})

it('corrects by the expected number of draws, from the batch and uniform', () => {
  const { row, correction, own } = sampler(0)(Uint32Array.of(3, 0, 3, 0))
  expect(correction[row[0]!]).toBeCloseTo(Math.log(2 / (4 * 0.05)), 5)
  expect(own[0]).toBeCloseTo(-Math.log(4 * 0.05), 5)
  expect(own[1]).toBeCloseTo(-Math.log(4 * 0.5), 5)
  const mixed = sampler(1)(Uint32Array.of(3, 0, 3, 0))
  expect(mixed.own[0]).toBeCloseTo(-Math.log(4 * 0.05 + 4 / 5), 5)
})

it('estimates a sum over all items without bias', () => {
  const draw = rng(7)
  const sample = sampler(1)
  const values = [3, 1, 4, 1.5, 9]
  const batch = () =>
    Uint32Array.from({ length: 8 }, () => {
      const u = draw.uniform() * 100
      return u < 50 ? 0 : u < 80 ? 1 : u < 95 ? 2 : 3
    })
  let mean = 0
  for (let i = 0; i < 4000; i++) {
    const { items, correction } = sample(batch())
    items.forEach((item, at) => (mean += (values[item]! * Math.exp(correction[at]!)) / 4000))
  }
  expect(mean).toBeCloseTo(3 + 1 + 4 + 1.5 + 9, 0)
})

it('leaves popular items over-represented without the correction', () => {
  const { items, correction, own } = sampler(0, false)(Uint32Array.of(0, 0, 0, 3))
  expect(Array.from(own).map(Math.abs)).toEqual([0, 0, 0, 0])
  expect(correction[items.indexOf(0)]).toBeCloseTo(Math.log(3), 5)
  expect(correction[items.indexOf(3)]).toBeCloseTo(0, 5)
})

it('does without uniform negatives where nothing can be drawn', () => {
  const { items } = sampler(3, true, [])(Uint32Array.of(1, 2))
  expect(Array.from(items)).toEqual([1, 2])
})
