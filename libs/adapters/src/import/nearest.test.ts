import { expect, it } from 'vitest'
import { nearest } from './nearest.ts'

it.each([
  ['is_clik', ['is_like', 'is_click', 'tab'], 'is_click'],
  ['UserID', ['userId', 'user'], 'userId'],
  ['liek', ['click', 'like', 'skip'], 'like'],
  ['longer_word_here', ['longer_world_hare'], 'longer_world_hare'],
  ['time', ['surface', 'xy'], undefined],
  ['time', [], undefined],
])('nearest to %s of %j is %s', (word, candidates, found) => {
  expect(nearest(word, candidates)).toBe(found)
})
