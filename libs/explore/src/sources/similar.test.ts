import { memoryWorld, plantedBundle } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import type { Found } from '@explore/pipeline'
import { decodeUserState } from '../signals/user-state-codec.ts'
import type { Event, EventType, Item } from '../types.ts'
import { viewerOf } from '../viewer.ts'
import { seedsOf, similar } from './similar.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000

const itemsOf = (more: Readonly<Record<number, Partial<Item>>> = {}): Item[] =>
  Array.from({ length: 12 }, (_, i) => ({ id: `i${i}`, author: `a${i}`, ...more[i] }))

const worldOf = async (
  events: readonly (readonly [type: EventType, item: number, daysAgo: number])[],
  more?: Readonly<Record<number, Partial<Item>>>,
  settings?: Readonly<Record<string, unknown>>,
) => {
  const world = await memoryWorld({ now: NOW, items: itemsOf(more), settings: settings ?? {} })
  const rows = events.map(([type, item, daysAgo]): Omit<Event, 'eventId'> => ({
    userId: 'u',
    type,
    itemId: `i${item}`,
    time: NOW - daysAgo * DAY,
  }))
  await world.record(rows.toSorted((a, b) => a.time - b.time))
  const [bytes] = await world.state.users(['u'])
  const facts = { id: 'u', state: decodeUserState(bytes!), user: undefined, now: NOW }
  return { ...world, viewer: viewerOf(facts, world.catalogue, world.settings) }
}

const seedItems = async (...args: Parameters<typeof worldOf>): Promise<number[]> => {
  const { viewer, catalogue, settings } = await worldOf(...args)
  return seedsOf(viewer, NOW, catalogue, settings).map(({ item }) => item)
}

describe('seeds', () => {
  it('are chosen by engagement', async () => {
    const events = [
      ['click', 0, 1],
      ['save', 1, 1],
      ['long_view', 2, 1],
      ['like', 3, 1],
      ['impression', 4, 1],
      ['skip', 5, 1],
    ] as const
    expect(await seedItems(events)).toEqual([1, 3, 2, 0])
    expect(await seedItems(events, {}, { 'similar.seeds': 2 })).toEqual([1, 3])
  })

  it('count half after the half-life', async () => {
    const { viewer, catalogue, settings } = await worldOf([
      ['like', 0, 14],
      ['like', 1, 7],
      ['like', 2, 0],
    ])
    const seeds = seedsOf(viewer, NOW, catalogue, settings)
    expect(seeds.map(({ item }) => item)).toEqual([2, 1, 0])
    expect(seeds.map(({ weight }) => weight)).toEqual([3, 1.5, 0.75])
  })

  it('refuse what was later disliked, undone, or may not be recommended', async () => {
    const likes = [0, 1, 2, 3, 4, 5, 6, 7].map(item => ['like', item, 2] as const)
    const seeds = await seedItems(
      [...likes, ['see_less', 0, 1], ['report', 1, 1], ['unlike', 2, 1], ['hide_author', 3, 1]],
      { 4: { hidden: true }, 5: { recommendable: false }, 6: { integrityRisk: 0.95 } },
    )
    expect(seeds).toEqual([7])
  })
})

describe('neighbours', () => {
  const lists: Record<number, [number, number][]> = {
    0: [[1, 0.9], [5, 0.8], [6, 0.5]], // prettier-ignore
    1: [[6, 0.9], [0, 0.8], [7, 0.1]], // prettier-ignore
  }
  const neighbours = (item: number, k: number): Found => ({
    items: Uint32Array.from((lists[item] ?? []).slice(0, k), ([other]) => other),
    scores: Float32Array.from((lists[item] ?? []).slice(0, k), ([, score]) => score),
  })

  it('of all seeds are merged by weight times likeness, without the seeds', async () => {
    const { viewer, catalogue, settings } = await worldOf([
      ['like', 0, 0],
      ['long_view', 1, 0],
    ])
    const { retriever } = plantedBundle(catalogue)
    const source = similar({ ...retriever, neighbours }, catalogue, settings)
    const context = { now: NOW, seed: '', signal: new AbortController().signal }
    const { items, scores } = await source.find(viewer, 10, context)
    expect(items.toSorted()).toEqual(Uint32Array.of(5, 6, 7))
    const scoreOf = (item: number): number => scores[items.indexOf(item)]!
    expect(scoreOf(5)).toBeCloseTo(3 * 0.8)
    expect(scoreOf(6)).toBeCloseTo(3 * 0.5 + 1 * 0.9)
    expect(scoreOf(7)).toBeCloseTo(1 * 0.1)
    expect(scores.toSorted().reverse()).toEqual(scores)
    expect((await source.find(viewer, 1, context)).items.length).toBe(1)
  })

  it('of nobody are none', async () => {
    const { viewer, catalogue, settings } = await worldOf([['impression', 0, 1]])
    const { retriever } = plantedBundle(catalogue)
    const context = { now: NOW, seed: '', signal: new AbortController().signal }
    const found = await similar(retriever, catalogue, settings).find(viewer, 10, context)
    expect(found.items.length).toBe(0)
  })
})
