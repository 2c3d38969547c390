import { expect, it } from 'vitest'
import { endOfTie } from './end-of-tie.ts'
import { headFigures } from './head-figures.ts'

it('ends where the score changes, and always goes on', () => {
  const order = [2, 0, 1, 3, 4]
  const scores = [0.5, 0.5, 0.5, NaN, NaN]
  expect(endOfTie(order, 0, scores)).toBe(3)
  expect(endOfTie(order, 1, scores)).toBe(3)
  expect(endOfTie(order, 3, scores)).toBe(5)
})

it('lets figures of answers that are no numbers come to an end', () => {
  const { ne } = headFigures([NaN, 0.5, NaN], [1, 0, 0], [0, 0, 1]).of()
  expect(ne).toBeNaN()
})
