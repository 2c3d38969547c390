import { Funnel, type Mixer, type Source } from '@explore/pipeline'
import {
  memoryStateStore,
  memoryWorld,
  plantedBundle,
  tinyCatalogue,
} from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import type { Page } from './api.ts'
import { exploreFunnel } from './funnel.ts'
import { encodeList, listKey } from './lists.ts'
import { firstStage, retrievalOrder } from './rankers/first-stage.ts'
import { integrityDownrank } from './rankers/integrity-downrank.ts'
import { secondStage } from './rankers/second-stage.ts'
import { valueModel } from './rankers/value-model.ts'
import type { Retrieved } from './retrieved.ts'
import { settingsFrom } from './settings.ts'
import { emptyUserState } from './signals/user-state.ts'
import { SOURCES } from './types.ts'
import { type Viewer, viewerOf } from './viewer.ts'

const NOW = Date.UTC(2026, 5, 1)
const catalogue = tinyCatalogue(50)
const stores = { state: memoryStateStore(), catalogue, bundle: plantedBundle(catalogue) }
const settings = settingsFrom()

it('compiles in no other order', () => {
  const nothing: Mixer<Viewer, Retrieved> = {
    shares: names => new Uint32Array(names.length),
    mix: () => ({ length: 0, items: new Uint32Array(0) }) as never,
  }
  const sources: readonly Source<Viewer>[] = []
  const retrieved = Funnel.retrieve(sources, nothing)
  const light = retrieved.lookup(firstStage(stores.bundle.firstStage), retrievalOrder)
  const heavy = light.lookup(secondStage(stores))
  const valued = heavy.lookup(valueModel(settings))
  valued.lookup(integrityDownrank(catalogue, settings)).keep(() => 1, 'score')
  // @ts-expect-error a value model before the second stage
  light.lookup(valueModel(settings))
  // @ts-expect-error a cut by the first stage's score before the first stage
  retrieved.keep(() => 1, 'light')
  // @ts-expect-error a downrank before there is a value
  heavy.lookup(integrityDownrank(catalogue, settings))
  expect(heavy).toBeInstanceOf(Funnel)
})

it('runs in the order in which it is written, within its widths', async () => {
  const facts = { id: 'u', state: emptyUserState(), user: undefined, now: NOW }
  const context = { now: NOW, seed: '', signal: new AbortController().signal }
  const narrow = settingsFrom({ 'width.secondStage': 20, 'page.maxLimit': 20 })
  const viewer = viewerOf(facts, catalogue, narrow)
  const { slate, trace } = await exploreFunnel(stores, narrow).run(viewer, context)
  expect(trace.steps.map(({ step }) => step)).toEqual([
    'retrieve',
    'filter',
    'whole pool',
    'first stage',
    'keep by light',
    'second stage',
    'value model',
    'integrity downrank',
    'keep by score',
    'assemble',
  ])
  expect(Object.keys(trace.steps[0]!.counts!)).toEqual([...SOURCES])
  expect(slate.length).toBe(20)
  expect(new Set(slate.items).size).toBe(20)
})

describe('weights', () => {
  const items = Array.from({ length: 800 }, (_, i) => ({
    id: `i${i}`,
    author: `a${i % 97}`,
    topics: [`t${i % 7}`],
    createdAt: NOW - i * 60_000,
  }))
  const pageUnder = async (overrides: Record<string, unknown>): Promise<Page> => {
    const world = await memoryWorld({
      now: NOW,
      items,
      settings: { 'width.candidates': 200, ...overrides },
    })
    const last = (n: number) => ({
      items: new Uint32Array(n).map((_, i) => 799 - i),
      scores: new Float32Array(n),
    })
    await world.state.put(listKey.popular(''), encodeList(last(300)))
    return world.page({ userId: 'u', limit: 100, explain: true })
  }
  const found = (page: Page, name: (typeof SOURCES)[number]): number =>
    page.items.filter(({ sources }) => sources.includes(name)).length

  it('of 0 remove a source', async () => {
    const with_ = await pageUnder({})
    const without = await pageUnder({ 'sources.popular-in-group.weight.new': 0 })
    expect(with_.trace![0]!.counts!['popular-in-group']).toBeGreaterThan(50)
    expect(without.trace![0]!.counts!['popular-in-group']).toBe(0)
    expect(found(without, 'popular-in-group')).toBe(0)
  })

  it('change how many of a group’s candidates a source asks for', async () => {
    const counts = async (weight: number) =>
      (await pageUnder({ 'sources.popular-in-group.weight.new': weight })).trace![0]!.counts!
    const [low, high] = [await counts(1), await counts(6)]
    expect(high['popular-in-group']).toBeGreaterThan(2 * low['popular-in-group']!)
    const other = await pageUnder({ 'sources.popular-in-group.weight.heavy': 900 })
    expect(other.trace![0]!.counts).toEqual((await pageUnder({})).trace![0]!.counts)
  })
})

it('holds places for exploration through the first stage’s cut', async () => {
  const items = Array.from({ length: 600 }, (_, i) => ({
    id: `i${i}`,
    author: `a${i}`,
    createdAt: NOW - (i < 60 ? 1 : 40) * 86_400_000 - i,
  }))
  const world = await memoryWorld({
    now: NOW,
    items,
    settings: { 'rerank.exploreEvery': 10, 'fresh.maxAgeHours': 1 },
    // The first stage sees nothing in what is new.
    bundle: {
      firstStage: {
        score: (_, rows) => Float32Array.from(rows, item => (item < 60 ? -1 : 1) + item / 1000),
      },
    },
  })
  const page = await world.page({ userId: 'u', limit: 100, explain: true })
  const explored = page.items.flatMap((item, i) =>
    item.sources.includes('explore-cold') ? [{ i, item }] : [],
  )
  expect(explored.length).toBeGreaterThanOrEqual(11)
  for (const { item } of explored) expect(item.explanation!.firstStage.rank).toBeGreaterThan(100)
  // One in each block of ten, as long as there are any.
  const blocks = new Set(explored.map(({ i }) => Math.floor(i / 10)))
  expect([...blocks]).toEqual(Array.from({ length: blocks.size }, (_, block) => block))
  expect(blocks.size).toBeGreaterThan(5)
  expect(
    explored.filter(({ item }) => item.explanation!.moves[0]?.why === 'exploration slot').length,
  ).toBeGreaterThan(5)
})
