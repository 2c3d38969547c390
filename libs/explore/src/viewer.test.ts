import { tinyCatalogue } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { authorKey } from './hash.ts'
import { settingsFrom } from './settings.ts'
import { emptyUserState } from './signals/user-state.ts'
import { groupOf, havingSeen, viewerOf } from './viewer.ts'

const settings = settingsFrom({ 'groups.newMax': 5, 'groups.heavyMin': 8 })

it('groups viewers by impressions, bounds included', () => {
  expect([0, 5, 6, 7, 8, 1e6].map(n => groupOf(n, settings))).toEqual([
    'new',
    'new',
    'casual',
    'casual',
    'heavy',
    'heavy',
  ])
})

it('reads seen items, blocks and the segment from state and profile', () => {
  const state = emptyUserState()
  state.seen.items.set([3, 5])
  state.seen.length = 2
  state.blocked.keys.set([11, 12])
  state.blocked.on.set([1, 0])
  state.blocked.length = 2
  const facts = { id: 'author-1', state, user: { id: 'author-1', attributes: { country: 'DE' } } }
  const viewer = viewerOf({ ...facts, now: 1 }, tinyCatalogue(10), settings)
  expect([0, 3, 5].map(viewer.seen.has)).toEqual([false, true, true])
  expect([...viewer.blocked]).toEqual([11])
  expect(viewer.segment).toBe('DE')
  expect(viewer.self).toBe(authorKey('author-1'))
  const later = havingSeen(viewer, [7])
  expect([later.seen.has(3), later.seen.has(7), viewer.seen.has(7)]).toEqual([true, true, false])
  expect(viewerOf({ ...facts, user: undefined, now: 1 }, tinyCatalogue(1), settings).segment).toBe(
    '',
  )
})
