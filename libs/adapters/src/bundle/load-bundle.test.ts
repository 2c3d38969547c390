import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Bundle, COUNTERS, field, HISTORY } from '@explore/explore'
import { bundleContract, record, tinyCatalogue, tinyItem, viewersOf } from '@explore/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import type { Found } from '@explore/pipeline'
import { mergeAll } from '../vectors/found.ts'
import { hnswAvailable } from '../vectors/hnsw-library.ts'
import { answers, bundleFixture, N, tinyWorld } from './bundle-fixture.ts'
import type { Task } from './bundle-worker.ts'
import { loadBundle, type LoadOptions } from './load-bundle.ts'
import { shareBundle, type SharedBundle, type TableName } from './share-bundle.ts'

const { write, artifacts, remove } = await bundleFixture()
afterAll(remove)

const exact = await write('exact', { catalogue: tinyCatalogue(N), hnsw: false })
const graph = await write('graph', { catalogue: tinyCatalogue(N), hnsw: true })
const bare = await write('bare')

/** Opens a bundle for as long as `use` takes. */
const using = async <T>(
  source: string | SharedBundle,
  options: LoadOptions,
  use: (bundle: Awaited<ReturnType<typeof loadBundle>>) => Promise<T>,
): Promise<T> => {
  const bundle = await loadBundle(source, options)
  try {
    return await use(bundle)
  } finally {
    await bundle.close()
  }
}

for (const [name, dir] of Object.entries({ exact, graph, 'without content hashes': bare })) {
  bundleContract(name, async () => {
    const world = tinyWorld()
    return { catalogue: world.catalogue, bundle: await loadBundle(dir, world) }
  })
}

it('gives the rows of training for what has not changed', () =>
  using(exact, tinyWorld(), async ({ retriever }) => {
    const ordinals = Uint32Array.from({ length: N }, (_, item) => item)
    expect(retriever.vectors(ordinals)).toEqual(artifacts.vectors)
    const { items, scores } = await retriever.neighbours(7, 8)
    expect(items).toEqual(artifacts.neighbours.items.slice(56, 64))
    expect(scores).toEqual(artifacts.neighbours.scores.slice(56, 64))
  }))

it('searches a shard by the graph of its own rows, and another number of shards exactly', async ({
  skip,
}) => {
  const { available, reason } = hnswAvailable()
  skip(!available, reason)
  const sharded = await write('sharded', { hnsw: true, shards: 2 })
  expect(readdirSync(sharded).filter(name => name.endsWith('.hnsw'))).toEqual([
    'index-0-of-2.hnsw',
    'index-1-of-2.hnsw',
  ])
  const foundIn = async (of: number, query: Float32Array) => {
    const lists: Found[] = []
    for (let part = 0; part < of; part++) {
      const world = { ...tinyWorld(), shard: { part, of } }
      await using(sharded, world, async ({ retriever }) => {
        const found = await retriever.search(query, 20)
        expect(found.items.every(item => item % of === part)).toBe(true)
        lists.push(found)
      })
    }
    return mergeAll(lists, 20)
  }
  await using(exact, tinyWorld(), async ({ retriever }) => {
    const query = await retriever.embed(viewersOf(tinyCatalogue(N), [1, 2, 3]))
    const { items } = await retriever.search(query, 20)
    expect((await foundIn(4, query)).items).toEqual(items)
    const graphs = new Set((await foundIn(2, query)).items)
    expect(items.filter(item => graphs.has(item)).length).toBeGreaterThanOrEqual(19)
  })
  truncateSync(join(sharded, 'index-1-of-2.hnsw'), 2000)
  const broken = { ...tinyWorld(), shard: { part: 1, of: 2 }, verify: false }
  await expect(loadBundle(sharded, broken)).rejects.toMatchObject({
    code: 'BUNDLE_BROKEN',
    field: 'index-1-of-2.hnsw',
  })
})

it('covers what came, changed and went between training and loading', async () => {
  const catalogue = tinyCatalogue(N)
  const records = [
    record(3, { ...tinyItem(3), hidden: true }),
    record(4, { ...tinyItem(4), topics: ['quite', 'another'] }),
    record(N),
  ]
  catalogue.apply(records, 2)
  const vectorsOf = (dir: string) =>
    using(dir, tinyWorld(catalogue), async ({ retriever }) => {
      const vectors = retriever.vectors(Uint32Array.of(4, 5, N))
      const found = await retriever.search(vectors.slice(32), 1000)
      expect([...found.items].sort((a, b) => a - b)).toEqual(
        Array.from({ length: N + 1 }, (_, item) => item).filter(item => item !== 3),
      )
      return vectors
    })
  const changed = await vectorsOf(exact)
  expect(changed.slice(0, 16)).not.toEqual(artifacts.vectors.slice(64, 80))
  expect(changed.slice(16, 32)).toEqual(artifacts.vectors.slice(80, 96))
  // Without hashes, item 4 shows its change only once it changes again.
  const unknown = await vectorsOf(bare)
  expect(unknown.slice(0, 16)).toEqual(artifacts.vectors.slice(64, 80))
})

it('embeds again only what changed in content', async () => {
  const asked: number[] = []
  const world = tinyWorld()
  const counters = (items: Uint32Array) => {
    asked.push(...items)
    return world.counters(items)
  }
  await using(exact, { ...world, counters }, async ({ refresh }) => {
    const { catalogue } = world
    const changes = [
      record(1, { ...tinyItem(1), integrityRisk: 0.7 }),
      record(2, { ...tinyItem(2), hidden: true }),
      record(3, { ...tinyItem(3), topics: ['other'] }),
      record(N),
    ]
    catalogue.apply(changes, 2)
    await refresh([1, 2, 3, N])
    expect(asked).toEqual([3, N])
  })
})

it('caches first-stage rows with the counters of the time', async () => {
  const world = tinyWorld()
  const popular = (items: Uint32Array) => {
    const counters = new Float64Array(items.length * COUNTERS)
    items.forEach((item, i) => (counters[i * COUNTERS + field('clicks')] = item === N ? 0 : 1e6))
    return Promise.resolve(counters)
  }
  await using(exact, { ...world, counters: popular }, async ({ refresh, firstStage }) => {
    const content = { ...tinyItem(N), id: 'twin' }
    world.catalogue.apply([record(N), record(N + 1, content)], 2)
    await refresh([N, N + 1])
    const viewer = viewersOf(world.catalogue, [1, 2])
    const [cold, hot] = await firstStage.score(viewer, Uint32Array.of(N, N + 1))
    expect(cold).not.toBe(hot)
  })
})

it('does next time what a refresh could not do', async () => {
  const world = tinyWorld()
  let down = false
  const counters = (items: Uint32Array) => {
    if (down) throw new Error('the store is away')
    return world.counters(items)
  }
  await using(exact, { ...world, counters }, async ({ refresh, retriever }) => {
    world.catalogue.apply([record(N)], 2)
    down = true
    await expect(refresh([N])).rejects.toThrow('the store is away')
    expect(retriever.vectors(Uint32Array.of(N)).every(x => x === 0)).toBe(true)
    down = false
    await refresh([])
    expect(Math.hypot(...retriever.vectors(Uint32Array.of(N)))).toBeCloseTo(1, 5)
  })
})

it('leaves the features that it is given as they are', () =>
  using(exact, tinyWorld(), async ({ retriever }) => {
    const catalogue = tinyCatalogue(N + 5)
    const viewer = viewersOf(catalogue, [N + 2, 4])
    const before = viewer.historyItems.slice()
    await retriever.embed(viewer)
    expect(viewer.historyItems).toEqual(before)
    expect(before.subarray(0, HISTORY)).toContain(N + 3)
  }))

/** Lets another thread open a bundle and answer. */
const elsewhere = (task: Task) =>
  new Promise<unknown>((resolve, reject) => {
    const worker = new Worker(new URL('./bundle-worker.ts', import.meta.url), { workerData: task })
    worker.once('message', resolve)
    worker.once('error', reject)
  })

describe('some of its tables', () => {
  it('are read where others are not wanted, and answer as all of them do', async () => {
    const world = tinyWorld()
    const { catalogue } = world
    const wanted = Uint32Array.of(3, 1, 4)
    const viewer = viewersOf(catalogue, [2, 4])
    const cases: readonly [readonly TableName[], (bundle: Bundle) => Promise<unknown>][] = [
      [['firstItems'], async ({ firstStage }) => firstStage.score(viewer, wanted)],
      [['vectors'], async ({ retriever }) => retriever.likenesses(wanted)],
      [
        ['vectors', 'index'],
        async ({ retriever }) => retriever.search(await retriever.embed(viewer), 10),
      ],
    ]
    for (const [tables, answer] of cases) {
      const whole = await using(graph, world, answer)
      expect(await using(graph, { ...world, tables }, answer)).toEqual(whole)
    }
    const { vectors, firstItems, neighbourItems } = await shareBundle(graph, { tables: [] })
    expect([vectors.rows, firstItems.rows, neighbourItems.length]).toEqual([0, 0, 0])
  })

  it('that lists no neighbours has them by search', async () => {
    await using(exact, { ...tinyWorld(), tables: ['vectors'] }, async ({ retriever }) => {
      const { items, scores } = await retriever.neighbours(7, 5)
      expect(items.length).toBe(5)
      expect(items).not.toContain(7)
      expect(scores).toEqual(scores.toSorted((a, b) => b - a))
    })
  })
})

describe('shared between threads', () => {
  it('answers bit for bit alike in each', async () => {
    const shared = await shareBundle(graph)
    const theirs = elsewhere({ shared })
    const world = tinyWorld()
    const ours = await using(shared, world, bundle => answers(bundle, world.catalogue))
    expect(await theirs).toEqual({ hnsw: hnswAvailable(), answers: ours })
  })

  it('searches exactly where hnswlib-node is not installed', async () => {
    const theirs = elsewhere({ shared: await shareBundle(graph), withoutHnsw: true })
    const world = tinyWorld()
    const ours = await using(exact, world, bundle => answers(bundle, world.catalogue))
    expect(await theirs).toEqual({
      hnsw: { available: false, reason: "Cannot find module 'hnswlib-node'" },
      answers: ours,
    })
  })

  it('keeps what one thread changes to itself', async () => {
    const shared = await shareBundle(exact)
    const [mine, yours] = [tinyWorld(), tinyWorld()]
    await using(shared, mine, a =>
      using(shared, yours, async b => {
        const before = await answers(b, yours.catalogue)
        const hidden = record(before.items[0]!, { ...tinyItem(before.items[0]!), hidden: true })
        mine.catalogue.apply([hidden, record(4, { ...tinyItem(4), topics: ['other'] })], 2)
        await a.refresh([hidden.ordinal, 4])
        expect(await answers(b, yours.catalogue)).toEqual(before)
        expect((await answers(a, mine.catalogue)).items).not.toContain(hidden.ordinal)
      }),
    )
  })
})
