import { type MemoryWorld, plantedBundle, type WorldParts } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { Catalogue } from '../catalogue.ts'
import { requestIdOf } from '../request-id.ts'
import { HEADS } from '../types.ts'
import { eventOf, HOUR, idsOf, itemsOf, NOW, precomputeFor, worldOf } from './page-fixture.ts'

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
/** What is late is so for ever; the rest needs no timer to run, so that none of it is late by chance. */
const HASTE = { 'page.deadlineMs': 100, 'page.sourcesMs': 50 }
const PATIENCE = { 'page.deadlineMs': 30_000, 'page.sourcesMs': 50 }

describe('the ladder', () => {
  it('without a bundle: trending, popular and fresh, flagged', async () => {
    const world = await worldOf(100, { bundle: null })
    const page = await world.page({ userId: 'u' })
    expect(page).toMatchObject({ origin: 'fallback', bundle: null, degraded: ['no bundle'] })
    expect(page.items.length).toBe(20)
    expect(page.items.every(({ score }) => score === null)).toBe(true)
  })

  it('without a bundle: risky items still rank lower', async () => {
    const items = itemsOf(100)
    const first = async () =>
      idsOf(await worldOf(0, { items, bundle: null }).then(w => w.page({ userId: 'u' })))
    expect(await first()).toContain('item-0')
    items[0] = { ...items[0]!, integrityRisk: 0.85 }
    expect(await first()).not.toContain('item-0')
  })

  it('a source that throws or is late is left out, and the rankers still rank', async () => {
    for (const search of [broken, late, () => Promise.reject(new Error('planted'))]) {
      const retriever = { ...planted.retriever, embed: () => new Float32Array(16), search }
      const world = await worldOf(100, { settings: PATIENCE, bundle: { retriever } })
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
        predict: (_: unknown, { rows }: { readonly rows: number }) =>
          Object.fromEntries(HEADS.map(head => [head, new Float32Array(rows).fill(NaN)])),
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
    // Most of it seen, and no ranker to rank more: what retrieval has fills up, and nothing comes twice.
    const ranked = idsOf(await good.page({ userId: 'u', limit: 100 }))
    await good.record(
      idsOf(await world.page({ userId: 'u', limit: 90 })).map(id =>
        eventOf('u', 'impression', Number(id.slice(5))),
      ),
    )
    const rest = idsOf(await world.page({ userId: 'u', limit: 100 }))
    expect(ranked.length).toBe(99)
    expect(rest.length).toBe(9)
    expect(new Set(rest).size).toBe(9)
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
        retriever: { ...planted.retriever, embed: broken, likenesses: broken },
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

  it('a call whose time is up before the settings say: no live ranking, and a page all the same', async () => {
    const world = await worldOf(100, {
      settings: { 'page.deadlineMs': 60_000, 'page.sourcesMs': 40_000 },
      bundle: { ...lateStages, retriever: { ...planted.retriever, embed: late } },
    })
    const call = { now: NOW, wall: NOW, requestId: requestIdOf(7) }
    const page = await world.explorer.page(
      { userId: 'u' },
      { ...call, deadline: performance.now() + 50 },
    )
    expect(page.items.length).toBe(20)
    expect(page.degraded.length).toBeGreaterThan(0)
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

  it('are filled up live where too little of them is left, without repeats', async () => {
    const world = await served('always')
    const numbers = idsOf(await world.page({ userId: 'u', limit: 100 })).map(id =>
      Number(id.slice(5)),
    )
    await world.record(numbers.slice(0, 90).map(i => eventOf('u', 'impression', i)))
    const page = await world.page({ userId: 'u', limit: 30 })
    expect(page.origin).toBe('precomputed')
    expect(new Set(idsOf(page)).size).toBe(30)
    const kept = numbers.slice(90).map(i => `item-${i}`)
    expect(idsOf(page).filter(id => kept.includes(id)).length).toBe(10)
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
