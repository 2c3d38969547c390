import { describe, expect, it } from 'vitest'
import { listKey } from '../lists.ts'
import { writePopularLists } from '../offpeak/popular-lists.ts'
import { eventOf, idsOf, itemsOf, NOW, range, worldOf } from './page-fixture.ts'

describe('viewers', () => {
  it('new: a full page from what needs no history', async () => {
    const world = await worldOf(300)
    const page = await world.page({ userId: 'new' })
    expect(page).toMatchObject({ group: 'new', origin: 'live', degraded: [], bundle: 'planted' })
    expect(page.items.length).toBe(20)
    expect(new Set(idsOf(page)).size).toBe(20)
  })

  it('casual and heavy: groups by impressions, mixed and valued by their own weights', async () => {
    const world = await worldOf(300, { settings: { 'value.like.heavy': 0 } })
    await world.record(range(30).map(i => eventOf('casual', 'impression', i)))
    await world.record(range(150).map(i => eventOf('heavy', 'impression', i)))
    const explain = true
    const casual = await world.page({ userId: 'casual', explain })
    const heavy = await world.page({ userId: 'heavy', explain })
    expect([casual.group, heavy.group]).toEqual(['casual', 'heavy'])
    expect(casual.items[0]!.explanation!.value.terms.like).toBeGreaterThan(0)
    expect(heavy.items[0]!.explanation!.value.terms.like).toBe(0)
  })

  it('one who blocked all authors but one: that one’s items only', async () => {
    const world = await worldOf(100)
    await world.record(range(19).map(i => eventOf('u', 'hide_author', i)))
    const page = await world.page({ userId: 'u' })
    expect(idsOf(page).toSorted()).toEqual(['item-19', 'item-39', 'item-59', 'item-79', 'item-99'])
    expect(page.nextCursor).toBeNull()
  })

  it('one who has seen all: an empty last page', async () => {
    const world = await worldOf(50)
    await world.record(range(50).map(i => eventOf('u', 'impression', i)))
    const page = await world.page({ userId: 'u' })
    expect(page).toMatchObject({ items: [], nextCursor: null, origin: 'live' })
  })

  it('one who has seen more than is remembered: what was forgotten may come again', async () => {
    const world = await worldOf(150, { settings: { 'state.seen': 100 } })
    await world.record(range(150).map(i => eventOf('u', 'impression', i)))
    const page = await world.page({ userId: 'u', limit: 100 })
    expect(idsOf(page).toSorted()).toEqual(
      range(50)
        .map(i => `item-${i}`)
        .toSorted(),
    )
  })

  it('an author: nothing of their own', async () => {
    const world = await worldOf(60)
    const page = await world.page({ userId: 'author-7', limit: 100 })
    expect(page.items.length).toBe(57)
    expect(idsOf(page)).not.toContain('item-7')
  })

  it('any, when all is hidden, deleted, not recommendable or too risky: an empty page', async () => {
    for (const more of [{ hidden: true }, { recommendable: false }, { integrityRisk: 0.95 }]) {
      const world = await worldOf(0, { items: itemsOf(40, more) })
      expect((await world.page({ userId: 'u' })).items).toEqual([])
    }
    const world = await worldOf(40)
    await world.deleteItems(range(40).map(i => `item-${i}`))
    expect((await world.page({ userId: 'u' })).items).toEqual([])
  })

  it('any, with one item: it', async () => {
    const world = await worldOf(1)
    const page = await world.page({ userId: 'u' })
    expect(idsOf(page)).toEqual(['item-0'])
    expect(page.nextCursor).toBeNull()
  })

  it('any, with no item at all: CATALOGUE_EMPTY', async () => {
    const world = await worldOf(0)
    await expect(world.page({ userId: 'u' })).rejects.toMatchObject({ code: 'CATALOGUE_EMPTY' })
  })
})

it('explains with a cursor what the first page was asked to explain', async () => {
  const world = await worldOf(100)
  const first = await world.page({ userId: 'u', explain: true })
  const next = await world.page({ userId: 'u', explain: true, cursor: first.nextCursor! })
  expect(next.items.every(({ explanation }) => explanation !== undefined)).toBe(true)
  const silent = await world.page({ userId: 'u', cursor: first.nextCursor! })
  expect(silent.items.some(item => 'explanation' in item)).toBe(false)
})

it('serves what is popular in the viewer’s segment, or with all', async () => {
  const world = await worldOf(100, {
    users: range(40).map(i => ({ id: `u${i}`, attributes: { country: i < 35 ? 'DE' : 'FR' } })),
  })
  await world.record(range(40).map(i => eventOf(`u${i}`, 'like', i < 35 ? 3 : 4)))
  const { state, profiles, catalogue } = world
  expect(await writePopularLists({ state, profiles, catalogue }, world.settings, NOW)).toBe(2)
  expect(await state.get(listKey.popular('FR'))).toBeUndefined()
  const page = await world.page({ userId: 'someone', explain: true })
  const popular = page.items.filter(({ sources }) => sources.includes('popular-in-group'))
  expect(popular.map(({ itemId }) => itemId).toSorted()).toEqual(
    expect.arrayContaining(popular.length > 0 ? ['item-3'] : []),
  )
  expect(page.trace![0]!.counts!['popular-in-group']).toBe(2)
})
