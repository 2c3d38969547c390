import { field, COUNTERS, trendingVotes } from '@explore/explore'
import { expect, it } from 'vitest'
import { datasetOf } from './dataset.ts'
import { foldedState } from './folded-state.ts'

const NOW = Date.UTC(2026, 0, 15)
const event = (userId: string, type: 'impression' | 'click' | 'like', ago: number) =>
  ({
    eventId: `${userId} ${type}`,
    userId,
    itemId: 'b',
    type,
    time: NOW - ago,
    surface: 'feed',
  }) as const
const events = [event('u', 'impression', 3000), event('u', 'click', 2000), event('v', 'like', 1000)]
const { catalogue } = datasetOf('test', {
  items: ['a', 'b'].map(id => ({ id, author: 'x' })),
  users: [],
  events,
})

it('leaves the state that serving would have', async () => {
  const { user, surface, counters, store } = foldedState(events, catalogue, {
    seen: 10,
    until: NOW,
  })
  expect([user('u').history.length, user('v').history.length, user('w').history.length]).toEqual([1, 1, 0]) // prettier-ignore
  expect([surface('u'), surface('w')]).toEqual(['feed', undefined])
  expect(counters[COUNTERS + field('clicks')]).toBe(1)
  expect(await store.counters(Uint32Array.of(1))).toEqual(counters.slice(COUNTERS))
  expect(await store.userIds(undefined, 10)).toEqual(['u', 'v'])
  expect(await store.userIds('u', 10)).toEqual(['v'])
  expect((await trendingVotes(store, NOW)).get(1)!['24h']).toBeCloseTo(2)
  await store.putMany([['list', Uint8Array.of(1)]])
  expect(await store.get('list')).toEqual(Uint8Array.of(1))
})

it('refuses events that are newer than what is asked', () => {
  const until = NOW - 1000
  expect(() => foldedState(events, catalogue, { seen: 10, until })).toThrow(
    expect.objectContaining({ code: 'EVALUATION_LEAK' }),
  )
})
