import { memoryWorld } from '@explore/testkit/memory'
import { describe, expect, it } from 'vitest'
import { field } from '../signals/counters.ts'
import { emptyUserState } from '../signals/user-state.ts'
import { havingSeen, viewerOf } from '../viewer.ts'
import { exploreCold } from './explore-cold.ts'

const NOW = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000

/** Items with so many impressions and clicks each. */
const worldOf = async (
  shown: readonly (readonly [impressions: number, clicks: number])[],
  settings: Readonly<Record<string, unknown>> = {},
  topicOf: (i: number) => string = () => 't',
) => {
  const items = shown.map((_, i) => ({
    id: `i${i}`,
    author: `a${i}`,
    topics: [topicOf(i)],
    createdAt: NOW - (1 + i) * HOUR,
  }))
  const world = await memoryWorld({ now: NOW, items, settings })
  await world.state.apply({
    expected: 0,
    watermark: 1,
    users: [],
    boards: [],
    counters: shown.flatMap(([impressions, clicks], item) => [
      { item, field: field('impressions'), delta: impressions },
      { item, field: field('clicks'), delta: clicks },
    ]),
  })
  const facts = { id: 'u', state: emptyUserState(), user: undefined, now: NOW }
  const viewer = viewerOf(facts, world.catalogue, world.settings)
  const source = exploreCold(world.state, world.catalogue, world.settings)
  let finds = 0
  const signal = new AbortController().signal
  const find = async (want: number, who = viewer) =>
    source.find(who, want, { now: NOW, seed: `draws ${finds++}`, signal })
  return { ...world, viewer, find }
}

const times = <T>(n: number, of: (i: number) => T): T[] =>
  Array.from({ length: n }, (_, i) => of(i))

describe('exploration', () => {
  it('is for young items that were shown little; the others have graduated', async () => {
    const { find } = await worldOf([[0, 0], [99, 9], [100, 9], [5000, 900], [3, 0]]) // prettier-ignore
    expect([...(await find(10)).items].toSorted()).toEqual([0, 1, 4])
    const old = await worldOf(
      times(5, () => [0, 0]),
      { 'explore.maxAgeDays': 3 / 24 },
    )
    expect([...(await old.find(10)).items].toSorted()).toEqual([0, 1])
  })

  it('leaves out what the viewer has seen, and finds none where there is none', async () => {
    const { find, viewer } = await worldOf(times(4, () => [0, 0]))
    const found = await find(10, havingSeen(viewer, [1, 2]))
    expect([...found.items].toSorted()).toEqual([0, 3])
    const none = await worldOf([[500, 1]])
    expect((await none.find(10)).items.length).toBe(0)
  })

  it('draws better items more often, and every one at times', async () => {
    const { find } = await worldOf([...times(9, () => [50, 2] as const), [50, 30]])
    const first = new Map<number, number>()
    for (let n = 0; n < 600; n++) {
      const [item] = (await find(1000)).items
      first.set(item!, (first.get(item!) ?? 0) + 1)
    }
    expect(first.get(9)).toBeGreaterThan(500)
    const fair = await worldOf(times(10, () => [0, 0]))
    const seen = new Set<number>()
    for (let n = 0; n < 200; n++) seen.add((await fair.find(1000)).items[0]!)
    expect(seen.size).toBe(10)
  })

  it('comes best draw first, and no more than wanted', async () => {
    const { find } = await worldOf(times(100, () => [0, 0]))
    const { items, scores } = await find(7)
    expect(items.length).toBe(7)
    expect(new Set(items).size).toBe(7)
    expect(scores.toSorted().reverse()).toEqual(scores)
  })

  it('expects of an unknown item what its topic’s known items have shown', async () => {
    const known = times(60, i => [200, i % 2 === 0 ? 80 : 4] as const)
    const { find } = await worldOf([...known, [0, 0], [0, 0]], {}, i =>
      i % 2 === 0 ? 'hot' : 'dull',
    )
    let hot = 0
    for (let n = 0; n < 300; n++) hot += Number((await find(10)).items[0] === 60)
    expect(hot).toBeGreaterThan(280)
  })
})
