import { describe, expect, it } from 'vitest'
import { Funnel } from './funnel.ts'
import { slateOf } from './slate.ts'
import type { Context, Filter, Found, Lookup, Mixer, Pool, Rule, Source } from './stage.ts'

type Query = { readonly refuse: readonly number[] }
type Mixed = { readonly mixed: Float32Array }
type Scored = { readonly score: Float32Array }

const context = (signal = new AbortController().signal): Context => ({
  now: 0,
  seed: '',
  signal,
})
const query: Query = { refuse: [3] }

const found = (...items: number[]): Found => ({
  items: Uint32Array.from(items),
  scores: new Float32Array(items.length),
})
const source = (name: string, find: Source<Query>['find']): Source<Query> => ({ name, find })
const mixer: Mixer<Query, Mixed> = {
  shares: names => new Uint32Array(names.length).fill(10),
  mix: lists => {
    const items = Uint32Array.from(new Set(lists.flatMap(({ items }) => [...items])))
    return slateOf(items, { mixed: Float32Array.from(items, (_, row) => 1 - row / 100) })
  },
}
const refused: Filter<Query> = {
  name: 'refused',
  keeps:
    ({ refuse }) =>
    item =>
      !refuse.includes(item),
}
const byItem: Lookup<Query, Mixed, Scored> = {
  name: 'by item',
  load: ({ items }) => ({ score: Float32Array.from(items) }),
}
const pool: Pool<Query, Mixed> = {
  name: 'pool',
  *chunks() {
    for (let first = 0; first < 100; first += 4) {
      yield Uint32Array.of(first, first + 1, first + 2, first + 3)
    }
  },
  columns: items => ({ mixed: new Float32Array(items.length) }),
}
const five = source('five', () => found(5, 4, 3, 2, 1))
const more = (...items: number[]) => source('more', async () => found(...items))
const broken = (): never => {
  throw new Error('broken')
}

const funnelOf = (...sources: Source<Query>[]) => Funnel.retrieve(sources, mixer)

describe('sources', () => {
  it('are asked at once, mixed and counted', async () => {
    const { slate, trace } = await funnelOf(five, more(9, 5)).run(query, context())
    expect([...slate.items]).toEqual([5, 4, 3, 2, 1, 9])
    expect(trace.steps[0]).toMatchObject({ in: 0, out: 6, counts: { five: 5, more: 2 } })
    expect(trace.rungs).toEqual([])
  })

  it('are not asked where their share is 0', async () => {
    const shy: Mixer<Query, Mixed> = { ...mixer, shares: () => Uint32Array.of(10, 0) }
    const { slate } = await Funnel.retrieve([five, source('never', broken)], shy).run(
      query,
      context(),
    )
    expect(slate.length).toBe(5)
  })

  it('that fail or are late are left out, all of them flagged', async () => {
    const control = new AbortController()
    const late = source('late', (_, __, { signal }) => {
      setTimeout(() => control.abort(new Error('out of time')), 5)
      expect(signal).toBe(control.signal)
      return new Promise(() => {})
    })
    const rejecting = source('rejecting', () => Promise.reject(new Error('no')))
    const funnel = funnelOf(five, source('broken', broken), rejecting, late).lookup(byItem)
    const { slate, trace } = await funnel.run(query, { ...context(), retrieval: control.signal })
    expect(slate.length).toBe(5)
    const rungs = ['without broken', 'without rejecting', 'without late']
    expect(trace.rungs.toSorted()).toEqual(rungs.toSorted())
    expect(trace.steps[0]!.failures).toEqual({
      broken: 'broken',
      rejecting: 'no',
      late: 'out of time',
    })
    for (const rung of rungs) expect(trace.steps[0]!.rung).toContain(rung)
    // The rankers' time is their own.
    expect(trace.steps[1]).not.toHaveProperty('failures')
  })
})

describe('filters', () => {
  it('drop rows and count for the first that refuses', async () => {
    const odd: Filter<Query> = { name: 'odd', keeps: () => item => item % 2 === 0 }
    const { slate, trace } = await funnelOf(five).filter(refused, odd).run(query, context())
    expect([...slate.items]).toEqual([4, 2])
    expect(trace.steps[1]!.counts).toEqual({ refused: 1, odd: 2 })
  })

  it('fail the request rather than open', async () => {
    const failing: Filter<Query> = { name: 'failing', keeps: () => broken }
    await expect(funnelOf(five).filter(failing).run(query, context())).rejects.toThrow('broken')
    const refilled = funnelOf()
      .filter(failing)
      .refill(pool, () => 1)
    await expect(refilled.run(query, context())).rejects.toThrow('broken')
  })
})

describe('refill', () => {
  it('fills up to the least from what is new and passes the filters', async () => {
    const funnel = funnelOf(more(1, 0, 2))
      .filter(refused)
      .refill(pool, () => 8)
    const { slate, trace } = await funnel.run(query, context())
    expect([...slate.items]).toEqual([1, 0, 2, 4, 5, 6, 7, 8])
    expect(trace.steps[2]).toMatchObject({ kind: 'refill', in: 3, out: 8, counts: { refused: 1 } })
  })

  it('walks no further than it must, and no pool where there is enough', async () => {
    let walked = 0
    const counted: Pool<Query, Mixed> = {
      ...pool,
      *chunks(query) {
        for (const chunk of pool.chunks(query)) {
          walked++
          yield chunk
        }
      },
    }
    const least = (n: number) =>
      funnelOf(five)
        .filter(refused)
        .refill(counted, () => n)
    await least(4).run(query, context())
    expect(walked).toBe(0)
    await least(6).run(query, context())
    // 0 is new, 1 to 3 are not; 6 is in the second chunk.
    expect(walked).toBe(2)
  })

  it('takes all that the pool has where that is too little', async () => {
    const { slate } = await funnelOf(five)
      .filter(refused)
      .refill(pool, () => 1000)
      .run(query, context())
    expect(slate.length).toBe(99)
    expect(new Set(slate.items).size).toBe(99)
  })
})

describe('lookups', () => {
  const none = {
    rung: 'by nothing',
    load: ({ length }: { length: number }) => ({ score: new Float32Array(length) }),
  }

  it('fall back, flagged, when they fail, are late, or return the wrong length', async () => {
    const loads = [
      broken,
      () => Promise.reject(new Error('no')),
      () => new Promise<never>(() => {}),
      () => ({ score: new Float32Array(1) }),
    ]
    for (const load of loads) {
      const funnel = funnelOf(five).lookup({ name: 'failing', load }, none)
      const { slate, trace } = await funnel.run(query, context(AbortSignal.timeout(10)))
      expect(slate.score).toEqual(new Float32Array(5))
      expect(trace.rungs).toEqual(['by nothing'])
      expect(trace.steps[1]).toMatchObject({ rung: 'by nothing' })
      expect(trace.steps[1]!.failures).toHaveProperty('failing')
    }
  })

  it('are not begun without time, where something stands in for them', async () => {
    let begun = 0
    const counting: typeof byItem = {
      name: 'x',
      load: slate => (begun++, byItem.load(slate, query, context())),
    }
    const late = context(AbortSignal.abort(new Error('late')))
    const { trace } = await funnelOf(five).lookup(counting, none).run(query, late)
    expect([begun, trace.rungs]).toEqual([0, ['by nothing']])
    // One without a stand-in that needs no waiting still does its work.
    expect((await funnelOf(five).lookup(counting).run(query, late)).slate.length).toBe(5)
  })

  it('fail the run where nothing stands in for them', async () => {
    const failing = { name: 'failing', load: broken }
    await expect(funnelOf(five).lookup(failing).run(query, context())).rejects.toThrow('broken')
  })
})

describe('keep', () => {
  it('orders, cuts, and adds the ranks', async () => {
    const { slate } = await funnelOf(more(2, 9, 4))
      .lookup(byItem)
      .keep(() => 2, 'score')
      .run(query, context())
    expect([[...slate.items], [...slate.scoreRank]]).toEqual([
      [9, 4],
      [0, 1],
    ])
  })
})

describe('the way of a watched item', () => {
  const reverse: Rule<Query, Mixed> = {
    name: 'reverse',
    arrange: ({ length }) => ({ rows: new Uint32Array(length).map((_, i) => length - 1 - i) }),
  }
  const funnel = funnelOf(five)
    .filter(refused)
    .lookup(byItem)
    .keep(() => 3, 'score')
    .rerank(reverse)
  const wayOf = async (watch: number) =>
    (await funnel.run(query, context(), { watch })).trace.sightings

  it('tells each step, and why it left', async () => {
    expect((await wayOf(4)).map(({ row }) => row)).toEqual([1, 1, 1, 1, 1])
    expect((await wayOf(3))[1]).toEqual({ step: 'filter', reason: 'refused by refused' })
    expect((await wayOf(1))[3]).toEqual({
      step: 'keep by score',
      reason: 'rank 4 of 4 by score (1.000); 3 are kept',
    })
    expect(
      (await wayOf(77)).every(({ row, reason }) => row === undefined && reason === undefined),
    ).toBe(true)
  })

  it('tells of lists that had it when the mix left it out', async () => {
    const narrow: Mixer<Query, Mixed> = {
      ...mixer,
      mix: ([first]) => mixer.mix([first!], [], query),
    }
    const run = await Funnel.retrieve([five, more(8, 9)], narrow).run(query, context(), {
      watch: 9,
    })
    expect(run.trace.sightings[0]!.reason).toBe('beyond the share of more (rank 2 of 2)')
  })

  it('records every move', async () => {
    const { trace } = await funnel.run(query, { ...context(), explain: true })
    expect(trace.moves).toEqual([
      { rule: 'reverse', item: 5, from: 0, to: 2 },
      { rule: 'reverse', item: 2, from: 2, to: 0 },
    ])
  })
})

it('tells an observer of every list before the mix, and of the slate after each step', async () => {
  const lists: [string, ...number[]][] = []
  const slates: [string, ...number[]][] = []
  await funnelOf(five, more(9, 5))
    .filter(refused)
    .lookup(byItem)
    .keep(() => 2, 'score')
    .run(query, context(), {
      observer: {
        found: (source, { items }) => lists.push([source, ...items]),
        passed: (step, { items }) => slates.push([step, ...items]),
      },
    })
  expect(lists).toEqual([
    ['five', 5, 4, 3, 2, 1],
    ['more', 9, 5],
  ])
  expect(slates).toEqual([
    ['retrieve', 5, 4, 3, 2, 1, 9],
    ['filter', 5, 4, 2, 1, 9],
    ['by item', 5, 4, 2, 1, 9],
    ['keep by score', 9, 5],
  ])
})

it('a stage that needs a column which no earlier stage adds does not compile', () => {
  const needsScore: Lookup<Query, Scored, { readonly value: Float32Array }> = {
    name: 'value',
    load: ({ score }) => ({ value: score }),
  }
  const start = funnelOf(five)
  start.lookup(byItem).lookup(needsScore)
  // @ts-expect-error no stage has added `score` yet
  start.lookup(needsScore)
  // @ts-expect-error nor can it order the slate
  start.keep(() => 1, 'score')
  // @ts-expect-error a column of whole numbers is no score
  start.lookup(byItem).keep(() => 1, 'items')
  expect(start).toBeInstanceOf(Funnel)
})
