import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { RequestSample } from './request-sample.ts'

const DAY = 86_400_000
const state = new Uint8Array(0)

const sampled = (size: number, requests: number, days: number) => {
  const sample = new RequestSample(size, rng(4))
  let made = 0
  for (let viewer = 0; viewer < requests; viewer++) {
    const now = 1e12 + (viewer * days * DAY) / requests
    sample.offer(now, () => (made++, { viewer, user: 'u', state, surface: 0, now }))
  }
  return { taken: sample.taken(), made }
}

it('prefers the last days, halving with each day of age', () => {
  const { taken, made } = sampled(2000, 100_000, 10)
  expect(taken).toHaveLength(2000)
  const age = taken.map(({ now }) => (1e12 + 10 * DAY - now) / DAY)
  const share = (from: number, to: number) =>
    age.filter(a => a >= from && a < to).length / taken.length
  expect(share(0, 1)).toBeCloseTo(0.5, 1)
  expect(share(1, 2)).toBeCloseTo(0.25, 1)
  expect(share(5, 10)).toBeLessThan(0.06)
  expect(taken.map(({ now }) => now)).toEqual(taken.map(({ now }) => now).sort((a, b) => a - b))
  // What is not taken is not made.
  expect(made).toBeLessThan(30_000)
})

it('takes all where there are few, and none of none', () => {
  expect(sampled(10, 7, 1).taken.map(({ viewer }) => viewer)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(sampled(0, 7, 1).taken).toEqual([])
})
