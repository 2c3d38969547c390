import { expect, it } from 'vitest'
import { retrievalQueries } from './retrieval-queries.ts'

// Viewer rows 0, 1, 2 are of user 0; 3, 4 of user 1; 5 of user 2.
const user = Uint32Array.of(0, 0, 0, 1, 1, 2)
const targets = {
  length: 7,
  viewer: Uint32Array.of(0, 1, 3, 1, 2, 4, 5),
  item: Uint32Array.of(10, 11, 10, 10, 12, 10, 13),
  time: Float64Array.of(1, 5, 2, 6, 7, 8, 9),
  weight: new Float32Array(7).fill(1),
}

it('asks once per user, as of the first later positive, for what is new to them', () => {
  const queries = retrievalQueries({ user }, targets, 5)
  expect(queries.length).toBe(2)
  expect(Array.from(queries.viewer)).toEqual([1, 5])
  // User 0 had item 10 before; user 1 comes back to item 10 only, so nothing is asked.
  expect(queries.truth.map(items => [...items])).toEqual([[11, 12], [13]])
  expect(queries.seen.map(items => [...items])).toEqual([[10], []])
})

it('spreads a limited number over the users', () => {
  const many = {
    length: 100,
    viewer: Uint32Array.from({ length: 100 }, (_, i) => i),
    item: Uint32Array.from({ length: 100 }, (_, i) => i),
    time: new Float64Array(100).fill(9),
    weight: new Float32Array(100).fill(1),
  }
  const queries = retrievalQueries({ user: many.viewer }, many, 5, 4)
  expect(Array.from(queries.viewer)).toEqual([0, 25, 50, 75])
})
