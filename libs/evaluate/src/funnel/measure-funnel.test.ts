import type { Item } from '@explore/explore'
import { rng } from '@explore/learn'
import { memoryWorld, plantedBundle } from '@explore/testkit/memory'
import { beforeAll, describe, expect, it } from 'vitest'
import { reportText } from '../report-text.ts'
import { funnelTables } from './funnel-report.ts'
import { type FunnelMeasures, measureFunnel } from './measure-funnel.ts'
import type { Served } from './served.ts'

const NOW = Date.UTC(2026, 5, 1)
const ITEMS = 400
const items = Array.from({ length: ITEMS }, (_, i): Item => ({
  id: `m${i}`,
  author: `a${i % 90}`,
  topics: [`t${i % 23}`],
  createdAt: NOW - i * 3_600_000,
}))

/** A world of 30 viewers with some history, under `settings`, with parts of its models replaced. */
const measured = async (
  settings: Record<string, unknown>,
  replaced: (
    bundle: Served['stores']['bundle'],
  ) => Partial<Served['stores']['bundle']> = () => ({}),
  { pool = 1000, size = ITEMS, requests = 12 } = {},
): Promise<FunnelMeasures> => {
  const world = await memoryWorld({ now: NOW, items: items.slice(0, size), settings })
  const random = rng('history')
  for (let user = 0; user < 30; user++) {
    for (let n = 0; n < 8; n++) {
      const event = {
        userId: `u${user}`,
        itemId: `m${random.int(size)}`,
        time: NOW - 1000 * (9 - n),
      }
      await world.record([
        { ...event, type: 'impression' },
        { ...event, type: 'click' },
      ])
    }
  }
  const planted = plantedBundle(world.catalogue)
  return measureFunnel(
    {
      stores: {
        state: world.state,
        catalogue: world.catalogue,
        bundle: { ...planted, ...replaced(planted) },
      },
      settings: world.settings,
      now: NOW,
      user: () => undefined,
      log: undefined as never,
      close: async () => {},
    },
    { requests, pool, random: rng('measure') },
  )
}
const of = ({ figures }: FunnelMeasures, name: string): number =>
  figures.spread(name, rng(1))?.value ?? NaN

const NARROW = { 'width.candidates': 120, 'width.secondStage': 40, 'page.maxLimit': 40 }
const NO_RULES = {
  'rerank.authorGap': 0,
  'rerank.topicCap': 50,
  'rerank.mmrLambda': 1,
  'rerank.exploreEvery': 0,
}

describe('a narrow funnel', () => {
  let narrow: FunnelMeasures
  beforeAll(async () => {
    narrow = await measured(NARROW)
  })

  it('loses more of the best with every step, and never gets any back', () => {
    expect(narrow.steps).toEqual([
      'retrieve',
      'filter',
      'keep by light',
      'keep by score',
      'assemble',
    ])
    for (const k of [10, 25, 50]) {
      const survivals = ['sources', 'retrieve', 'filter', 'keep by light', 'keep by score'].map(
        step => of(narrow, `${step}@${k}`),
      )
      expect(survivals).toEqual(survivals.toSorted((a, b) => b - a))
      expect(survivals[0]).toBeLessThanOrEqual(1)
      expect(survivals.at(-1)).toBeGreaterThan(0)
    }
    expect(of(narrow, 'keep by light size')).toBe(40)
    expect(of(narrow, 'page size')).toBe(20)
    // Filters are part of the pool already: what they refuse is none of the best.
    expect(of(narrow, 'filter@50')).toBe(of(narrow, 'retrieve@50'))
  })

  it('adds its losses of value up to the page', () => {
    const cost = of(narrow, 'rerank as served')
    const page = of(narrow, 'page value')
    expect(page).toBeCloseTo(of(narrow, 'keep by score value') * (1 - cost), 2)
    expect(page).toBeLessThan(1)
    expect(of(narrow, 'rerank without diversity')).toBeLessThan(cost)
  })

  it('credits sources with what they find', () => {
    const found = ['two-tower', 'similar', 'fresh'].map(name => of(narrow, `source ${name}@50`))
    for (const share of found) expect(share).toBeLessThanOrEqual(of(narrow, 'sources@50'))
    expect(of(narrow, 'source two-tower@50')).toBeGreaterThan(of(narrow, 'source trending@50'))
    expect(of(narrow, 'ann')).toBe(1)
    expect(of(narrow, 'exact@50')).toBe(of(narrow, 'source two-tower@50'))
  })

  it('reads well', () => {
    const tables = funnelTables(narrow, rng(1))
    const text = reportText({
      evaluation: 'funnel',
      protocol: 'now',
      title: 'Funnel',
      facts: {},
      tables,
    })
    expect(text).toMatch(/^first stage +40 /m)
    expect(text).toMatch(/^page +20 .*█/m)
    expect(text.split('\n').every(line => line.length <= 120)).toBe(true)
  })
})

it('loses nothing where nothing is cut or moved', async () => {
  const wide = await measured({ ...NO_RULES, 'width.secondStage': 100 }, undefined, {
    size: 80,
    requests: 4,
  })
  expect(of(wide, 'keep by light@50')).toBe(1)
  expect(of(wide, 'page value')).toBeCloseTo(1, 6)
  expect(of(wide, 'rerank as served')).toBeCloseTo(0, 6)
})

it('shows a first stage that is wrong', async () => {
  const wrong = await measured(NARROW, ({ firstStage }) => ({
    firstStage: {
      score: async (viewer, wanted) =>
        (await firstStage.score(viewer, wanted)).map(score => -score),
    },
  }))
  const right = await measured(NARROW)
  expect(of(wrong, 'retrieve@25')).toBe(of(right, 'retrieve@25'))
  expect(of(wrong, 'keep by light@25')).toBeLessThan(of(right, 'keep by light@25') / 2)
  expect(of(wrong, 'page value')).toBeLessThan(of(right, 'page value'))
})

it('shows an index that misses what is near', async () => {
  const blind = await measured(NARROW, ({ retriever }) => ({
    retriever: {
      ...retriever,
      search: (query, k) =>
        retriever.search(
          query.map(x => -x),
          k,
        ),
    },
  }))
  expect(of(blind, 'ann')).toBeLessThan(0.7)
  expect(of(blind, 'exact@25')).toBeGreaterThan(of(blind, 'source two-tower@25'))
})

it('ranks a sample of a pool that is too large, and all that was found', async () => {
  const sampled = await measured(NARROW, undefined, { pool: 250 })
  expect(sampled.sampled).toBe(true)
  expect(of(sampled, 'pool')).toBeGreaterThan(200)
  expect(of(sampled, 'pool')).toBeLessThan(ITEMS - 20)
  const whole = await measured(NARROW)
  expect(of(sampled, 'retrieve@50')).toBeGreaterThan(of(whole, 'retrieve@50'))
})
