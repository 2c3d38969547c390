import { expect, it } from 'vitest'
import { foundAt } from './found-at.ts'

it('is a list of its own, of the rows asked for', () => {
  const items = Uint32Array.of(7, 8, 9)
  const scores = Float32Array.of(0.5, 0.25, 0.75)
  const found = foundAt(Uint32Array.of(2, 0), items, scores)
  items.fill(0)
  scores.fill(0)
  expect(found).toEqual({ items: Uint32Array.of(9, 7), scores: Float32Array.of(0.75, 0.5) })
})
