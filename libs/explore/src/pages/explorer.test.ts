import {
  memoryWorld,
  type MemoryWorld,
  plantedBundle,
  requestIdOf,
  type WorldParts,
} from '@explore/testkit'
import { describe, expect, it } from 'vitest'
import type { Page } from '../api.ts'
import { Catalogue } from '../catalogue.ts'
import { listKey } from '../lists.ts'
import { precomputePages } from '../offpeak/precompute-pages.ts'
import { writePopularLists } from '../offpeak/popular-lists.ts'
import type { Event, Item } from '../types.ts'

const NOW = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000

const itemsOf = (n: number, more: Partial<Item> = {}): Item[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `item-${i}`,
    author: `author-${i % 20}`,
    topics: [`topic-${i % 6}`],
    createdAt: NOW - i * HOUR,
    ...more,
  }))

const worldOf = (n: number, parts: Partial<WorldParts> = {}): Promise<MemoryWorld> =>
  memoryWorld({ now: NOW, items: itemsOf(n), ...parts })

const eventOf = (userId: string, type: Event['type'], i: number, ago = HOUR) => ({
  userId,
  type,
  itemId: `item-${i}`,
  time: NOW - ago,
})
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)
const idsOf = (page: Page): string[] => page.items.map(({ itemId }) => itemId)

const late = (): Promise<never> => new Promise(() => {})
const broken = (): never => {
  throw new Error('planted failure')
}
const planted = plantedBundle(new Catalogue())
const lateStages = {
  firstStage: { score: late },
  secondStage: { predict: late },
}
const brokenStages = {
  firstStage: { score: broken },
  secondStage: { predict: broken },
}
/** No planted stage can be late by chance; the late ones are late for ever. */
const HASTE = { 'page.deadlineMs': 100, 'page.sourcesMs': 50 }

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

describe('the ladder', () => {
  it('without a bundle: trending, popular and fresh, flagged', async () => {
    const world = await worldOf(100, { bundle: null })
    const page = await world.page({ userId: 'u' })
    expect(page).toMatchObject({ origin: 'fallback', bundle: null, degraded: ['no bundle'] })
    expect(page.items.length).toBe(20)
    expect(page.items.every(({ score }) => score === null)).toBe(true)
  })

  it('a source that throws or is late is left out, and the rankers still rank', async () => {
    for (const search of [broken, late, () => Promise.reject(new Error('planted'))]) {
      const retriever = { ...planted.retriever, embed: () => new Float32Array(16), search }
      const world = await worldOf(100, { settings: HASTE, bundle: { retriever } })
      const page = await world.page({ userId: 'u', explain: true })
      expect(page.degraded).toEqual(['without two-tower'])
      expect(page.items.length).toBe(20)
      expect(page.items.every(({ score }) => score !== null)).toBe(true)
      expect(page.trace![0]).toMatchObject({ rung: 'without two-tower' })
      expect(page.trace![0]!.failures).toHaveProperty('two-tower')
    }
  })

  it.each([
    ['throws', brokenStages],
    ['is late', lateStages],
  ])('a first stage that %s: the order of retrieval', async (_, { firstStage }) => {
    const world = await worldOf(300, { settings: HASTE, bundle: { firstStage } })
    const page = await world.page({ userId: 'u' })
    expect(page.degraded[0]).toBe('retrieval order')
    expect(page.items.length).toBe(20)
  })

  it.each([
    ['throws', brokenStages.secondStage],
    ['is late', lateStages.secondStage],
    [
      'answers NaN',
      {
        predict: (...args: Parameters<typeof planted.secondStage.predict>) => ({
          ...(planted.secondStage.predict(...args) as object),
          like: new Float32Array(args[1].rows).fill(NaN),
        }),
      },
    ],
  ])('a second stage that %s: the first stage’s order, without scores', async (_, secondStage) => {
    const bundle = { secondStage } as WorldParts['bundle']
    const world = await worldOf(300, { settings: HASTE, bundle })
    const settings = { 'rerank.mmrLambda': 1, 'rerank.exploreEvery': 0, 'rerank.authorGap': 0 }
    const plain = await worldOf(300, { settings: { ...HASTE, ...settings }, bundle })
    const page = await world.page({ userId: 'u' })
    expect(page).toMatchObject({ origin: 'live', degraded: ['first-stage order'] })
    expect(page.items.every(({ score }) => score === null)).toBe(true)
    const { items } = await plain.page({ userId: 'u', explain: true, limit: 100 })
    const light = items.map(({ explanation }) => explanation!.firstStage.score)
    // Topic spread alone moves them.
    const moved = items.filter(({ explanation }) => explanation!.moves.length > 0).length
    expect(light.filter((score, i) => i > 0 && score > light[i - 1]!).length).toBeLessThanOrEqual(
      moved,
    )
  })

  it('all rankers out: the precomputed page, filled up in the order of retrieval', async () => {
    const good = await worldOf(100)
    await good.record([eventOf('u', 'click', 1)])
    await good.state.put('unrelated', Uint8Array.of(1))
    const settings = { ...HASTE, 'precompute.policy': 'all' }
    const world = await worldOf(100, {
      settings,
      bundle: brokenStages,
      state: { get: key => good.state.get(key), users: ids => good.state.users(ids) },
    })
    await precomputeFor(good)
    const page = await world.page({ userId: 'u' })
    expect(page.origin).toBe('precomputed')
    expect(page.degraded).toEqual(['precomputed page'])
    const bare = await world.page({ userId: 'nobody' })
    expect(bare).toMatchObject({
      origin: 'live',
      degraded: ['retrieval order', 'first-stage order'],
    })
    expect(bare.items.length).toBe(20)
  })

  it('all that can fail does: a page of the catalogue alone', async () => {
    const world = await worldOf(100, {
      settings: HASTE,
      bundle: {
        ...brokenStages,
        retriever: { ...planted.retriever, embed: broken, vectors: broken },
      },
      state: { top: broken, get: broken, counters: broken, put: broken },
    })
    const page = await world.page({ userId: 'author-3' })
    expect(page.origin).toBe('fallback')
    expect(page.degraded[0]).toBe('live ranking failed')
    expect(page.degraded.at(-1)).toBe('without a cursor')
    expect(page.items.length).toBe(20)
    expect(page.nextCursor).toBeNull()
    expect(idsOf(page)).not.toContain('item-3')
  })

  it('all that can be late is: the same within the deadlines', async () => {
    const world = await worldOf(100, {
      settings: HASTE,
      bundle: { ...lateStages, retriever: { ...planted.retriever, embed: late } },
      state: { top: late, counters: late },
    })
    const page = await world.page({ userId: 'u' })
    expect(page.items.length).toBe(20)
    expect(page.degraded).toContain('first-stage order')
  })

  it('a state that cannot be read: an error, for whom the viewer blocks would be unknown', async () => {
    const world = await worldOf(100, { state: { users: broken } })
    await expect(world.page({ userId: 'u' })).rejects.toThrow('planted failure')
  })

  it('a late failure of an omitted source ends nothing', async () => {
    const search = async (): Promise<never> => {
      await new Promise(resolve => setTimeout(resolve, 80))
      throw new Error('too late to matter')
    }
    const retriever = { ...planted.retriever, embed: () => new Float32Array(16), search }
    const world = await worldOf(50, { settings: HASTE, bundle: { retriever } })
    const unheard: unknown[] = []
    const hear = (error: unknown) => unheard.push(error)
    process.on('unhandledRejection', hear)
    await world.page({ userId: 'u' })
    await new Promise(resolve => setTimeout(resolve, 60))
    process.off('unhandledRejection', hear)
    expect(unheard).toEqual([])
  })
})

const precomputeFor = (world: MemoryWorld, wall = NOW): Promise<number> =>
  precomputePages(
    { state: world.state, explorer: world.explorer, bundle: 'planted' },
    {
      ...world.settings,
      'precompute.policy': 'all',
    },
    { now: NOW, wall, requestId: () => requestIdOf(4242) },
  )

describe('precomputed pages', () => {
  const served = async (serve: string, parts: Partial<WorldParts> = {}): Promise<MemoryWorld> => {
    const world = await worldOf(200, { ...parts, settings: { 'precompute.serve': serve } })
    await world.record([eventOf('u', 'click', 1)])
    expect(await precomputeFor(world)).toBe(1)
    return world
  }

  it('always, when the policy says so; at peak only under load; else as a fallback', async () => {
    const origin = async (serve: string, waiting: number) =>
      (await (await served(serve)).page({ userId: 'u' }, { waiting })).origin
    expect(await origin('always', 0)).toBe('precomputed')
    expect(await origin('peak', 0)).toBe('live')
    expect(await origin('peak', 32)).toBe('precomputed')
    expect(await origin('fallback', 1000)).toBe('live')
  })

  it('come without what was since seen, hidden or blocked, and full', async () => {
    const world = await served('always')
    const before = idsOf(await world.page({ userId: 'u', limit: 30 }))
    const numberOf = (id: string) => Number(id.slice(5))
    await world.record(before.slice(0, 5).map(id => eventOf('u', 'impression', numberOf(id))))
    await world.record([eventOf('u', 'hide_author', numberOf(before[6]!))])
    await world.deleteItems([before[8]!])
    const page = await world.page({ userId: 'u', limit: 30 })
    expect(page).toMatchObject({ origin: 'precomputed', degraded: ['precomputed page'] })
    expect(page.items.length).toBe(30)
    for (const gone of [...before.slice(0, 5), before[6]!, before[8]!]) {
      expect(idsOf(page)).not.toContain(gone)
    }
    const kept = before.filter(id => idsOf(page).includes(id))
    expect(kept.length).toBeGreaterThan(15)
  })

  it('go on live when they are used up', async () => {
    const world = await served('always')
    const pages = await world.walk({ userId: 'u', limit: 30 })
    const ids = pages.flatMap(idsOf)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBe(199)
  })

  it('are not served when too old, unreadable, or of a degraded ranking', async () => {
    const old = await served('always')
    const { calls } = { calls: { id: requestIdOf(1), now: NOW + 25 * HOUR } }
    expect((await old.page({ userId: 'u' }, calls)).origin).toBe('live')
    await old.state.put('page:u', Uint8Array.of(1, 2, 3))
    expect((await old.page({ userId: 'u' })).origin).toBe('live')
    const failing = await worldOf(100, { bundle: brokenStages })
    await failing.record([eventOf('u', 'click', 1)])
    expect(await precomputeFor(failing)).toBe(0)
  })
})

describe('sessions', () => {
  it('hold nothing that was hidden, blocked or seen since they were ranked', async () => {
    const world = await worldOf(200)
    const [first, second] = await world.walk({ userId: 'u', limit: 10 })
    const next = idsOf(second!)
    await world.deleteItems([next[0]!])
    await world.record([eventOf('u', 'hide_author', Number(next[1]!.slice(5)))])
    const again = await world.page({ userId: 'u', limit: 10, cursor: first!.nextCursor! })
    // A page that was served stays as it was, but for what must not be shown.
    expect(idsOf(again).length).toBeLessThan(10)
    expect(next).toEqual(expect.arrayContaining(idsOf(again)))
    expect(idsOf(again)).not.toContain(next[0])
    expect(idsOf(again)).not.toContain(next[1])
  })

  it('keep authors apart over the seam of two pages', async () => {
    const world = await worldOf(200)
    const pages = await world.walk({ userId: 'u', limit: 10 })
    const authors = pages.flatMap(idsOf).map(id => Number(id.slice(5)) % 20)
    authors.slice(0, 150).forEach((author, i) => {
      expect(authors.slice(Math.max(0, i - 3), i)).not.toContain(author)
    })
  })

  it('expire by the machine’s clock, whatever the clock of the events', async () => {
    const world = await worldOf(100)
    const { nextCursor } = await world.page({ userId: 'u' })
    const call = { now: NOW, requestId: requestIdOf(5) }
    const request = { userId: 'u', cursor: nextCursor! }
    const minutes = 60_000
    expect(
      (await world.explorer.page(request, { ...call, wall: NOW + 29 * minutes })).items.length,
    ).toBe(20)
    await expect(
      world.explorer.page(request, { ...call, wall: NOW + 61 * minutes }),
    ).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    await world.state.sweep(NOW + 61 * minutes)
    await expect(world.explorer.page(request, { ...call, wall: NOW })).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    })
  })

  it('refuse cursors of others, of other pages, and forged ones', async () => {
    const world = await worldOf(100)
    const { nextCursor } = await world.page({ userId: 'u' }, { id: requestIdOf(8) })
    const refused = (cursor: string, userId = 'u') =>
      expect(world.page({ userId, cursor })).rejects.toMatchObject({
        code: 'CURSOR_INVALID',
        field: 'cursor',
      })
    const forged = (text: string) => Buffer.from(text).toString('base64url')
    await refused(nextCursor!, 'somebody-else')
    await refused(forged(`${requestIdOf(8)}.2`))
    await refused(forged(`${requestIdOf(8)}.0`))
    await refused(forged(`${requestIdOf(8)}.1e3`))
    await refused(forged(`${requestIdOf(8)}.99999999999`))
    await refused(`${nextCursor}=`)
    await refused(`${nextCursor} `)
    await refused('')
    await refused('__proto__')
  })

  it('refuse limits out of bounds', async () => {
    const world = await worldOf(10)
    for (const limit of [0, -1, 1.5, 101, 1e6, NaN]) {
      await expect(world.page({ userId: 'u', limit })).rejects.toMatchObject({
        code: 'LIMIT_INVALID',
      })
    }
  })

  it('end for a cursor whose page was the last', async () => {
    const world = await worldOf(25)
    const first = await world.page({ userId: 'u' }, { id: requestIdOf(9) })
    const last = await world.page({ userId: 'u', cursor: first.nextCursor! })
    expect([last.items.length, last.nextCursor]).toEqual([5, null])
    const beyond = Buffer.from(`${requestIdOf(9)}.2`).toString('base64url')
    await expect(world.page({ userId: 'u', cursor: beyond })).rejects.toMatchObject({
      code: 'CURSOR_INVALID',
    })
  })
})

describe('explainItem', () => {
  const absent = async (world: MemoryWorld, explainItem: string, limit = 5) =>
    (await world.page({ userId: 'u', limit, explainItem })).absent!

  it('knows ids that nobody described', async () => {
    expect(await absent(await worldOf(10), 'nothing')).toMatchObject({ leftAt: 'catalogue' })
  })

  it('names the filter', async () => {
    const items = itemsOf(10)
    items[3] = { ...items[3]!, hidden: true }
    items[4] = { ...items[4]!, recommendable: false }
    items[5] = { ...items[5]!, integrityRisk: 0.99 }
    items[6] = { ...items[6]!, author: 'u' }
    const world = await worldOf(0, { items })
    await world.record([eventOf('u', 'impression', 7), eventOf('u', 'hide_author', 8)])
    const reasons = [
      'hidden',
      'not recommendable',
      'integrity',
      'own item',
      'seen',
      'blocked author',
    ]
    for (const [i, reason] of reasons.entries()) {
      expect(await absent(world, `item-${i + 3}`)).toMatchObject({
        leftAt: 'filter',
        reason: `refused by ${reason}`,
      })
    }
  })

  it('names the cut, with ranks', async () => {
    const world = await worldOf(400)
    const pages = await world.walk({ userId: 'u', limit: 100 }, requestIdOf(1))
    const cutOff = idsOf(pages.at(-2)!).at(-1)!
    const { leftAt, reason, steps } = await absent(world, cutOff)
    expect(leftAt).toMatch(/^(keep by light|retrieve)$/)
    if (leftAt === 'keep by light') expect(reason).toMatch(/^rank \d+ of \d+ by light/)
    expect(steps.length).toBeGreaterThan(0)
  })

  it('names the share of a source that was used up', async () => {
    const world = await worldOf(400, {
      settings: { 'width.candidates': 100, 'width.overfetch': 3 },
    })
    const reasons = await Promise.all(
      range(400).map(i => world.page({ userId: 'u', explainItem: `item-${i}`, limit: 1 })),
    )
    const beyond = reasons.filter(({ absent }) => absent!.leftAt === 'retrieve')
    expect(
      beyond.some(({ absent }) => /^beyond the share of two-tower \(rank/.test(absent!.reason)),
    ).toBe(true)
  })

  it('with a cursor: the page of the session that has it', async () => {
    const world = await worldOf(100)
    const [first, second, third] = await world.walk({ userId: 'u', limit: 10 })
    const at = (explainItem: string) =>
      world.page({ userId: 'u', limit: 10, explainItem, cursor: first!.nextCursor! })
    expect((await at(idsOf(first!)[0]!)).absent!.reason).toBe('page 1 of this session had it')
    expect((await at(idsOf(second!)[3]!)).absent!.place).toBe(4)
    expect((await at(idsOf(third!)[0]!)).absent!.reason).toMatch(/^(ranked|page 3)/)
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
