import { decodeUserState, EVENT_TYPES, NO_ITEM } from '@explore/explore'
import { beforeAll, describe, expect, it } from 'vitest'
import { plantedLog } from '../examples/planted-log.ts'
import { type Examples, replay } from '../examples/replay.ts'
import { rng } from '../rng.ts'
import { type Candidates, unionOfSources } from './candidates.ts'
import type { Asked } from './teacher.ts'

const WIDTH = 60
const CLICK = 1 << EVENT_TYPES.indexOf('click')

describe('unionOfSources', () => {
  let examples: Examples
  let asked: readonly Asked[]
  beforeAll(async () => {
    const { catalogue, events, attributes } = plantedLog({ users: 30, items: 500, requests: 6 })
    const input = { catalogue, attributes, limits: { seen: 100 }, requests: 10 }
    examples = await replay({ ...input, events: [events] })
    asked = examples.requests.map(request => ({
      ...request,
      state: decodeUserState(request.state),
    }))
  })

  const union = (): Candidates =>
    unionOfSources(examples.catalogue, examples.counters, rng(1), WIDTH)
  /** The nearest are 0, 1, 2 …; item i's neighbours are i + 1 and i + 2. */
  const retrieval = () => ({
    nearest: async (k: number) =>
      asked.map(() => Uint32Array.from({ length: k }, (_, item) => item)),
    neighbours: {
      width: 2,
      items: Uint32Array.from({ length: 1000 }, (_, i) =>
        i < 996 ? Math.floor(i / 2) + 1 + (i % 2) : NO_ITEM,
      ),
      scores: new Float32Array(1000).fill(0.5),
    },
  })

  it('fills the width with different items that the viewer has not seen', async () => {
    const found = await union()(asked, retrieval())
    expect(found).toHaveLength(10)
    found.forEach((items, i) => {
      expect(items).toHaveLength(WIDTH)
      expect(new Set(items).size).toBe(WIDTH)
      const { seen } = asked[i]!.state
      const known = new Set(seen.items.subarray(0, seen.length))
      expect(items.some(item => known.has(item))).toBe(false)
    })
  })

  it('takes from every source, never-shown items among them', async () => {
    const { catalogue, ranking } = examples
    const shown = new Set(ranking.item)
    const newest = [...catalogue.createdAt.keys()]
      .slice(0, catalogue.size)
      .sort((a, b) => catalogue.createdAt[b]! - catalogue.createdAt[a]!)
    const found = await union()(asked, retrieval())
    const all = found.flatMap(items => [...items])
    expect(all.filter(item => !shown.has(item)).length).toBeGreaterThan(0)
    expect(all.some(item => newest.indexOf(item) < 300)).toBe(true)
    found.forEach((items, i) => {
      expect(items.filter(item => item < 100).length).toBeGreaterThan(WIDTH * 0.3)
      const { history } = asked[i]!.state
      const at = history.kinds.subarray(0, history.length).findLastIndex(kind => kind & CLICK)
      const next = history.items[at]! + 1
      const { seen } = asked[i]!.state
      if (at < 0 || seen.items.subarray(0, seen.length).includes(next)) return
      expect(items).toContain(next)
    })
  })

  it('refuses what may not be served and blocked authors', async () => {
    const { catalogue } = examples
    catalogue.flags[7] = 1
    const { blocked } = asked[0]!.state
    blocked.keys[0] = catalogue.authors[11]!
    blocked.on[0] = 1
    blocked.length = 1
    const [items] = await union()(asked, retrieval())
    catalogue.flags[7] = 0
    blocked.length = 0
    expect(items).not.toContain(7)
    expect([...items!].some(item => catalogue.authors[item] === catalogue.authors[11])).toBe(false)
  })

  it('takes the whole pool where it is small, and seen items where nearly all were seen', async () => {
    const { catalogue, events, attributes } = plantedLog({ users: 3, items: 40, requests: 1 })
    const small = await replay({
      events: [events],
      catalogue,
      attributes,
      limits: { seen: 100 },
      requests: 1,
    })
    const request = { ...small.requests[0]!, state: decodeUserState(small.requests[0]!.state) }
    const [items] = await unionOfSources(
      catalogue,
      small.counters,
      rng(1),
    )([request], {
      nearest: async () => [Uint32Array.of(1)],
      neighbours: {
        width: 1,
        items: new Uint32Array(40).fill(NO_ITEM),
        scores: new Float32Array(40),
      },
    })
    expect(items!.length).toBe(40 - request.state.seen.length)

    const { seen } = request.state
    seen.items = Uint32Array.from({ length: 39 }, (_, item) => item)
    seen.length = 39
    const [again] = await unionOfSources(
      catalogue,
      small.counters,
      rng(1),
    )([request], {
      nearest: async () => [Uint32Array.of(1)],
      neighbours: {
        width: 1,
        items: new Uint32Array(40).fill(NO_ITEM),
        scores: new Float32Array(40),
      },
    })
    expect(again).toContain(39)
    expect(new Set(again).size).toBeGreaterThanOrEqual(20)
  })
})
