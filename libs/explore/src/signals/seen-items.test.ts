import { expect, it } from 'vitest'
import { see } from './seen-items.ts'
import { emptyUserState, SEEN_BLOCK } from './user-state.ts'

it('remembers each item once, ordinal 0 too', () => {
  const { seen } = emptyUserState()
  for (const item of [5, 0, 5, 0, 3]) see(seen, item, 100)
  expect([...seen.items.subarray(0, seen.length)]).toEqual([5, 0, 3])
})

it('forgets the oldest beyond the limit, also when the limit is lowered', () => {
  const { seen } = emptyUserState()
  for (let item = 0; item < 300; item++) see(seen, item, 200)
  expect([seen.length, seen.items[0], seen.items[199]]).toEqual([200, 100, 299])
  see(seen, 150, 50)
  expect(seen.length).toBe(200)
  see(seen, 1000, 50)
  expect([seen.length, seen.items[0], seen.items[49]]).toEqual([50, 251, 1000])
  // What was forgotten is news again, though the column still holds it.
  see(seen, 299, 50)
  see(seen, 100, 50)
  expect([seen.length, seen.items[48], seen.items[49]]).toEqual([50, 1000, 100])
})

it('keeps blocks sorted, and forgets the oldest as a whole', () => {
  const { seen } = emptyUserState()
  const limit = 4 * SEEN_BLOCK + 10
  for (let item = 5000; item > 5000 - limit; item--) see(seen, item, limit)
  expect(seen.length).toBe(limit)
  // Those that came first are the greatest.
  expect([seen.items[0], seen.items[SEEN_BLOCK - 1]]).toEqual([5001 - SEEN_BLOCK, 5000])
  expect([...seen.items.subarray(limit - 2, limit)]).toEqual([5002 - limit, 5001 - limit])
  see(seen, 1, limit)
  expect(seen.length).toBe(limit - SEEN_BLOCK + 1)
  expect([seen.items[0], seen.items[SEEN_BLOCK - 1]]).toEqual([
    5001 - 2 * SEEN_BLOCK,
    5000 - SEEN_BLOCK,
  ])
  // What was in the block is news again.
  see(seen, 5000, limit)
  expect(seen.items[seen.length - 1]).toBe(5000)
})
