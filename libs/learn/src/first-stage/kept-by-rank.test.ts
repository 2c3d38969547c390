import { expect, it } from 'vitest'
import { keptByRank } from './kept-by-rank.ts'

const values = [5, 4, 3, 2, 1]

it('is the share of the best that the student keeps', () => {
  expect(keptByRank(values, values, 2, 2)).toBe(1)
  expect(keptByRank(values, [1, 2, 3, 4, 5], 2, 2)).toBe(0)
  expect(keptByRank(values, [5, 1, 4, 2, 3], 3, 2)).toBe(0.5)
  expect(keptByRank(values, [1, 2, 3, 4, 5], 5, 2)).toBe(1)
})

it('counts all there is where there is less than asked for', () => {
  expect(keptByRank([2, 1], [2, 1], 100, 10)).toBe(1)
})
