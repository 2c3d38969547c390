import { expect, test } from 'vitest'
import { lookAhead } from './look-ahead.ts'

test('a row answers for the next targets of its user, and for no one else’s', () => {
  // Viewer rows 0, 2, 3, 5 are of user 7, the others of user 8.
  const user = Uint32Array.of(7, 8, 7, 7, 8, 7)
  const targets = {
    length: 6,
    viewer: Uint32Array.of(0, 1, 2, 3, 4, 5),
    item: new Uint32Array(6),
    time: new Float64Array(6),
    weight: new Float32Array(6),
  }
  expect([...lookAhead(targets, user, 3).viewer]).toEqual([0, 1, 0, 0, 1, 5])
  expect([...lookAhead(targets, user, 1).viewer]).toEqual([0, 1, 2, 3, 4, 5])
})
