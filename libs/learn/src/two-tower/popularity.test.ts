import { expect, it } from 'vitest'
import { popularity } from './popularity.ts'

const positives = { item: Uint32Array.of(0, 0, 1, 2), time: Float64Array.of(10, 20, 40, 60) }

it('counts what came before', () => {
  expect(Array.from(popularity(positives, 4, { now: 50 }))).toEqual([2, 1, 0, 0])
})

it('halves with every half-life', () => {
  const scores = popularity(positives, 4, { now: 50, halfLife: 10 })
  expect(scores[0]).toBeCloseTo(2 ** -4 + 2 ** -3, 6)
  expect(scores[1]).toBeCloseTo(1 / 2, 6)
})
