import { memoryWorld } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import type { Event, EventType } from '../types.ts'
import { heat, trending, trendingVotes } from './trending.ts'

const NOW = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000

const vote = (
  user: number,
  item: number,
  hoursAgo: number,
  type: EventType = 'click',
): Omit<Event, 'eventId'> => ({
  userId: `u${user}`,
  type,
  itemId: `i${item}`,
  time: NOW - hoursAgo * HOUR,
})
const votes = (users: number, item: number, hoursAgo: number) =>
  Array.from({ length: users }, (_, user) => vote(user, item, hoursAgo))

const worldOf = async (
  events: readonly Omit<Event, 'eventId'>[],
  settings: Readonly<Record<string, unknown>> = {},
) => {
  const items = Array.from({ length: 30 }, (_, i) => ({ id: `i${i}`, author: `a${i % 3}` }))
  const world = await memoryWorld({ now: NOW, items, settings })
  await world.record(events.toSorted((a, b) => a.time - b.time))
  const { state, catalogue, settings: parsed } = world
  const source = trending(state, catalogue, parsed)
  const context = { now: NOW, seed: '', signal: new AbortController().signal }
  const find = async (want = 100, now = NOW) =>
    Array.from((await source.find({} as never, want, { ...context, now })).items)
  return { ...world, find }
}

describe('votes', () => {
  it('count one per viewer and item, decayed by each half-life', async () => {
    const { state } = await worldOf([
      vote(1, 0, 6),
      vote(1, 0, 5, 'like'),
      vote(1, 0, 1, 'share'),
      vote(2, 0, 6),
      vote(3, 0, 0, 'impression'),
    ])
    const row = (await trendingVotes(state, NOW)).get(0)!
    expect(row['1h']).toBeCloseTo(2 * 2 ** -6)
    expect(row['6h']).toBeCloseTo(2 * 2 ** -1)
    expect(row['24h']).toBeCloseTo(2 * 2 ** -0.25)
  })
})

describe('heat', () => {
  it('grows with the votes, and with how much faster they come now', () => {
    const steady = { '1h': 1, '6h': 6, '24h': 24 }
    expect(heat({ '1h': 2, '6h': 12, '24h': 48 })).toBeGreaterThan(heat(steady))
    expect(heat({ ...steady, '1h': 4 })).toBeGreaterThan(heat(steady))
    expect(heat({ ...steady, '6h': 20 })).toBeGreaterThan(heat(steady))
  })
})

describe('trending', () => {
  it('ranks a burst above as many votes of yesterday, and wants a least number', async () => {
    const { find } = await worldOf([...votes(10, 1, 20), ...votes(10, 2, 0.5), ...votes(2, 3, 0.1)])
    expect(await find()).toEqual([2, 1])
    expect(await find(1)).toEqual([2])
  })

  it('holds few of one author, and nothing that is not served', async () => {
    const world = await worldOf(
      [0, 3, 6, 9, 1, 4].flatMap((item, i) => votes(10 - i, item, 1)),
      { 'trending.authorCap': 2, 'trending.refreshMs': 0 },
    )
    expect(await world.find()).toEqual([0, 3, 1, 4])
    await world.deleteItems(['i0'])
    expect(await world.find()).toEqual([3, 6, 1, 4])
  })

  it('is read anew when its list is old, by the clock that requests have', async () => {
    const world = await worldOf(votes(5, 1, 1))
    expect(await world.find()).toEqual([1])
    await world.record(votes(9, 2, 0))
    expect(await world.find(100, NOW + 999)).toEqual([1])
    expect(await world.find(100, NOW + 1000)).toEqual([2, 1])
  })
})
