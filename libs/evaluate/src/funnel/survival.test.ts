import { expect, it } from 'vitest'
import { bestPage, survival, survivalByOneAlone } from './survival.ts'

const best = Uint32Array.of(1, 2, 3, 4)

it('is the share of the best that is left', () => {
  expect(survival(best, new Set([2, 4, 9]))).toBe(0.5)
  expect(survival(best, new Set())).toBe(0)
  expect(survival(best, new Set(best))).toBe(1)
})

it('credits a list with what no other has', () => {
  const lists = [new Set([1, 2, 7]), new Set([2, 3]), new Set([2, 8])]
  expect(survivalByOneAlone(best, lists)).toEqual([0.25, 0.25, 0])
})

it('makes the best page of what is left, whatever its order', () => {
  const scores = new Map([1, 2, 3, 4, 5].map(item => [item, item * item]))
  expect(bestPage([1, 5, 3], scores, 2)).toBe(25 + 9)
  expect(bestPage([4], scores, 3)).toBe(16)
  expect(bestPage(best, scores, 2)).toBe(16 + 9)
})
