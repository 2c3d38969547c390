import { memoryWorld, plantedBundle, randomWorld } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { decodeList, listKey } from '../lists.ts'
import { randomOf } from '../random.ts'
import { requestIdOf } from '../request-id.ts'
import type { EventType } from '../types.ts'
import { writeLongTermLists } from './long-term-lists.ts'
import { writePopularLists } from './popular-lists.ts'
import { precomputePages, viewersToPrecompute } from './precompute-pages.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000

const itemsOf = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `i${i}`, author: `a${i}`, topics: [`t${i % 3}`] }))
const event = (user: string, type: EventType, item: number, daysAgo = 1) => ({
  userId: user,
  type,
  itemId: `i${item}`,
  time: NOW - daysAgo * DAY,
})

describe('popular lists', () => {
  it('count one decayed vote per viewer and item; a dislike takes from it', async () => {
    const world = await memoryWorld({ now: NOW, items: itemsOf(6) })
    await world.record([
      event('u1', 'like', 0, 0),
      event('u1', 'click', 0, 0),
      event('u2', 'share', 1, 0),
      event('u3', 'share', 2, 7),
      event('u4', 'click', 3, 0),
      event('u5', 'see_less', 3, 0),
      event('u6', 'like', 4, 0),
    ])
    await world.deleteItems(['i4'])
    const { state, profiles, catalogue, settings } = world
    expect(await writePopularLists({ state, profiles, catalogue }, settings, NOW)).toBe(1)
    const { items, scores } = decodeList((await state.get(listKey.popular('')))!)
    expect([...items]).toEqual([1, 0, 2])
    expect([...scores]).toEqual([4, 3, 2])
  })

  it('are written for segments of enough viewers', async () => {
    const users = Array.from({ length: 60 }, (_, i) => ({
      id: `u${i}`,
      attributes: { country: i < 30 ? 'DE' : i < 59 ? 'FR' : 'IN' },
    }))
    const world = await memoryWorld({ now: NOW, items: itemsOf(6), users })
    await world.record(users.map(({ id }, i) => event(id, 'like', i < 30 ? 1 : 2)))
    const { state, profiles, catalogue, settings } = world
    expect(await writePopularLists({ state, profiles, catalogue }, settings, NOW)).toBe(2)
    expect([...decodeList((await state.get(listKey.popular('DE')))!).items]).toEqual([1])
    expect(await state.get(listKey.popular('FR'))).toBeUndefined()
  })
})

describe('long-term lists', () => {
  it('are for viewers with lasting interests, near to them', async () => {
    const world = await memoryWorld({ now: NOW, items: itemsOf(90) })
    await world.record([
      ...[0, 3, 6, 9].map(item => event('fan', 'like', item, 20)),
      ...[1, 4].map(item => event('guest', 'like', item, 20)),
      ...[2, 5, 8].map(item => event('clicker', 'click', item, 20)),
      ...[0, 1, 2].map(item => event('moody', 'like', item, 20)),
      event('moody', 'see_less', 1, 10),
    ])
    const { state, profiles, catalogue } = world
    const { retriever } = plantedBundle(catalogue)
    const stores = { state, profiles, catalogue, retriever }
    expect(await writeLongTermLists(stores, NOW)).toBe(1)
    const { items } = decodeList((await state.get(listKey.longTerm('fan')))!)
    const top = [...items.subarray(0, 20)]
    expect(top.filter(item => item % 3 === 0).length).toBeGreaterThan(15)
    const page = await world.page({ userId: 'fan', explain: true })
    expect(page.trace![0]!.counts!['long-term']).toBe(0)
  })
})

describe('precomputed pages', () => {
  const worldOf = async (settings: Readonly<Record<string, unknown>>) => {
    const drawn = randomWorld(randomOf('off peak'), NOW, { items: 150, users: 10, events: 30 })
    const world = await memoryWorld({ now: NOW, ...drawn, settings })
    await world.record(drawn.events)
    return world
  }

  it('are for the viewers that the policy picks, the latest first', async () => {
    const picked = async (settings: Readonly<Record<string, unknown>>) => {
      const world = await worldOf(settings)
      return viewersToPrecompute(world.state, world.settings)
    }
    expect(await picked({ 'precompute.policy': 'none' })).toEqual([])
    expect(await picked({})).toEqual([])
    const all = await picked({ 'precompute.policy': 'all' })
    expect(all.length).toBe(10)
    expect(all[0]).toBe('user-9')
    expect(await picked({ 'precompute.policy': 'all', 'precompute.users': 3 })).toEqual(
      all.slice(0, 3),
    )
    const heavy = { 'groups.heavyMin': 11, 'groups.newMax': 5 }
    expect((await picked(heavy)).length).toBeGreaterThan(2)
  })

  it('hold the whole ranking, stop when told to, and expire by the machine’s clock', async () => {
    const world = await worldOf({ 'precompute.policy': 'all', 'precompute.serve': 'always' })
    const { state, explorer, settings } = world
    const wall = NOW + 900 * DAY
    const control = new AbortController()
    const call = {
      now: NOW,
      wall,
      requestId: () => requestIdOf(1),
      signal: control.signal,
      onProgress: (done: number) => done === 4 && control.abort(),
    }
    const stores = { state, explorer, bundle: 'planted' }
    expect(await precomputePages(stores, settings, call)).toBe(4)
    const page = await explorer.page(
      { userId: 'user-9', limit: 50 },
      { now: NOW, wall: wall + DAY, requestId: requestIdOf(2) },
    )
    expect(page).toMatchObject({ origin: 'precomputed', bundle: 'planted' })
    expect(page.items.length).toBe(50)
    expect(await state.sweep(wall + DAY - 1)).toBe(0)
    expect(await state.sweep(wall + DAY)).toBeGreaterThanOrEqual(4)
  })
})
