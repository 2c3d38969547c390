import { tinyCatalogue } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { authorKey } from './hash.ts'
import { settingsFrom } from './settings.ts'
import { COUNTS, emptyUserState } from './signals/user-state.ts'
import { groupOf, havingSeen, viewerOf } from './viewer.ts'

const settings = settingsFrom({ 'groups.newMax': 5, 'groups.heavyMin': 8 })

describe('groups of viewers', () => {
  const counts = (some: Partial<Record<(typeof COUNTS)[number], number>>) =>
    COUNTS.map(name => some[name] ?? 0)

  it.each([
    [0, 'new'],
    [5, 'new'],
    [6, 'casual'],
    [7, 'casual'],
    [8, 'heavy'],
    [1e6, 'heavy'],
  ])('are by what a viewer was shown, bounds included: %i is %s', (impression, group) => {
    expect(groupOf(counts({ impression }), settings)).toBe(group)
  })

  it('take an imported history without impressions for what was shown', () => {
    expect(groupOf(counts({ impression: 1, long_view: 4, skip: 2 }), settings)).toBe('casual')
    expect(groupOf(counts({ impression: 8, long_view: 4, skip: 2 }), settings)).toBe('heavy')
    expect(groupOf(counts({ like: 100 }), settings)).toBe('new')
  })
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
