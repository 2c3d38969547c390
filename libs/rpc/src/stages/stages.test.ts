import {
  emptyUserState,
  encodeUserState,
  ExploreError,
  exploreFunnel,
  HEADS,
  settingsFrom,
  viewerOf,
} from '@explore/explore'
import type { Context } from '@explore/pipeline'
import { memoryWorld, type MemoryWorld, plantedBundle } from '@explore/testkit/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../columns.ts'
import { rpcServer, type Handler, type ServedService } from '../rpc-server.ts'
import { annService, remoteSearch } from './ann-index.ts'
import { firstStageService, remoteFirstStage } from './first-stage.ts'
import { bundleService, type StageHost } from './host.ts'
import { callMessage, type StageLink, stageLink, viewerMessage } from './link.ts'
import { definitionOf, type StageName, stageProtos } from './messages.ts'
import { remoteRetrieval, retrievalService } from './retrieval-sources.ts'
import { remoteSecondStage, secondStageService } from './second-stage.ts'
import { remoteReranking, rerankService } from './value-model-rerank.ts'

const NOW = Date.UTC(2026, 5, 1)
const settings = settingsFrom({
  'width.candidates': 80,
  'page.maxLimit': 30,
  'page.limit': 20,
  'width.secondStage': 30,
})

let world: MemoryWorld
const closing: (() => unknown)[] = []
beforeEach(async () => {
  world = await memoryWorld({
    now: NOW,
    items: Array.from({ length: 120 }, (_, i) => ({
      id: `item-${i}`,
      author: `author-${i % 9}`,
      topics: [`topic-${i % 5}`],
      createdAt: NOW - i * 3_600_000,
    })),
  })
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const storesOf = ({ state, catalogue }: MemoryWorld) => {
  const bundle = plantedBundle(catalogue)
  return { state, catalogue, bundle }
}

const hostOf = (stores: ReturnType<typeof storesOf>): StageHost => {
  const memo = new Map([[JSON.stringify({}), settingsFrom()]])
  return {
    on: async ({ bundle, settings: text }, work) => {
      if (bundle !== stores.bundle.id) throw new ExploreError('BUNDLE_OTHER', `not ${bundle}`)
      if (!memo.has(text)) memo.set(text, settingsFrom(JSON.parse(text || '{}')))
      return work({ stores, settings: memo.get(text)! })
    },
    prepare: async () => [stores.bundle.id],
  }
}

const served = async (stage: StageName, ...services: ServedService[]): Promise<StageLink> => {
  const server = rpcServer({
    ...{ protos: stageProtos, services, now: Date.now },
    errorOf: thrown =>
      thrown instanceof ExploreError ? thrown : new ExploreError('INTERNAL', String(thrown)),
  })
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  const link = stageLink(stage, `grpc://127.0.0.1:${port}`, { wall: Date.now })
  closing.push(
    () => server.close(100),
    () => link.close(),
  )
  return link
}

/** A service of `stage` that answers what `answer` says, whatever it is asked. */
const lying = (stage: StageName, answer: object): Promise<StageLink> => {
  const definition = definitionOf(stage)
  const handlers = Object.fromEntries(Object.keys(definition).map(name => [name, () => answer]))
  return served(stage, { definition, handlers: handlers as Record<string, Handler> })
}

const context = (): Context => ({
  ...{ now: NOW, seed: 'seed', explain: true },
  signal: new AbortController().signal,
  deadline: performance.now() + 60_000,
})

const viewerNow = () =>
  viewerOf(
    { id: 'u', state: emptyUserState(), user: undefined, now: NOW },
    world.catalogue,
    settings,
  )

const elsewhere = async (stores: ReturnType<typeof storesOf>) => {
  const host = hostOf(stores)
  const caller = { bundle: stores.bundle.id, catalogue: stores.catalogue }
  return {
    caller,
    retrieval: remoteRetrieval(
      await served('retrieval-sources', retrievalService(host)),
      caller,
      settings,
    ),
    firstStage: remoteFirstStage(
      await served('first-stage', firstStageService(host)),
      caller,
      settings,
    ),
    secondStage: remoteSecondStage(
      await served('second-stage-mtml', secondStageService(host)),
      caller,
      settings,
    ),
    reranking: remoteReranking(
      await served('value-model-rerank', rerankService(host)),
      caller,
      settings,
    ),
  }
}

const withoutTime = (trace: { readonly steps: readonly object[] }) => ({
  ...trace,
  steps: trace.steps.map(step => ({ ...step, ms: 0 })),
})

describe('each stage over the wire', () => {
  it.each(['retrieval', 'firstStage', 'secondStage', 'reranking', 'all'] as const)(
    'is what it is in process: %s',
    async which => {
      const stores = storesOf(world)
      const there = await elsewhere(stores)
      const only = which === 'all' ? there : { [which]: there[which] }
      const viewer = viewerNow()
      const watch = { watch: 77 }
      const here = await exploreFunnel(stores, settings).run(viewer, context(), watch)
      const away = await exploreFunnel(stores, settings, only).run(viewer, context(), watch)
      expect(away.slate).toEqual(here.slate)
      expect(withoutTime(away.trace)).toEqual(withoutTime(here.trace))
      expect(here.slate.length).toBe(30)
    },
  )

  it('lets a bundle be prepared', async () => {
    const stores = storesOf(world)
    const link = await served('first-stage', bundleService(hostOf(stores)))
    await expect(link.prepare('planted', 60_000)).resolves.toBeUndefined()
  })
})

describe('a service refuses', () => {
  const good = () => ({
    call: callMessage({ bundle: 'planted', catalogue: world.catalogue }, settings, context()),
    viewer: viewerMessage(viewerNow()),
    items: bytesOf(Uint32Array.of(1, 2, 3)),
  })
  const scored = async (change: object) => {
    const link = await served('first-stage', firstStageService(hostOf(storesOf(world))))
    return link.call('Score', { ...good(), ...change }, context())
  }

  it.each([
    ['no call', { call: null }, 'MESSAGE_INVALID', 'call'],
    ['no viewer', { viewer: null }, 'MESSAGE_INVALID', 'viewer'],
    ['an unknown ordinal', { items: bytesOf(Uint32Array.of(1, 120)) }, 'MESSAGE_INVALID', 'items'],
    ['half an ordinal', { items: new Uint8Array(6) }, 'MESSAGE_INVALID', 'items'],
  ])('%s', async (_, change, code, field) => {
    await expect(scored(change)).rejects.toMatchObject({ code, field })
  })

  it('a state that is none, and attributes of another schema', async () => {
    const { viewer } = good()
    const state = { ...viewer, state: Uint8Array.of(1, 2, 3) }
    await expect(scored({ viewer: state })).rejects.toMatchObject({ field: 'viewer.state' })
    const attributes = { ...viewer, attributes: new Uint8Array(8) }
    await expect(scored({ viewer: attributes })).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
      field: 'viewer.attributes',
    })
  })

  it('a time and a state that are no numbers', async () => {
    const { call, viewer } = good()
    for (const nowMs of [NaN, Infinity, -1, 1e300]) {
      await expect(scored({ call: { ...call, nowMs } })).rejects.toMatchObject({
        ...{ code: 'MESSAGE_INVALID', field: 'call.now_ms' },
      })
    }
    const state = emptyUserState()
    state.topics.length = 1
    state.topics.engaged[0] = NaN
    const broken = { ...viewer, state: encodeUserState(state) }
    await expect(scored({ viewer: broken })).rejects.toMatchObject({
      ...{ code: 'MESSAGE_INVALID', field: 'viewer.state' },
    })
  })

  it('a foreign bundle, and settings that cannot be', async () => {
    const { call } = good()
    await expect(scored({ call: { ...call, bundle: 'other' } })).rejects.toMatchObject({
      code: 'BUNDLE_OTHER',
    })
    const wrong = { ...call, settings: '{"page.limit":-1}' }
    await expect(scored({ call: wrong })).rejects.toMatchObject({
      code: 'SETTING_INVALID',
      field: 'page.limit',
    })
  })

  it('what comes after its deadline, and more than 4 MiB', async () => {
    const link = await served('first-stage', firstStageService(hostOf(storesOf(world))))
    const past = { ...context(), deadline: performance.now() - 5 }
    await expect(link.call('Score', good(), past)).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    })
    const large = { ...good(), items: new Uint8Array(4 * 1024 * 1024 + 1) }
    await expect(link.call('Score', large, context())).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
    })
  })

  it('columns of lengths that disagree, and probabilities that are no numbers', async () => {
    const link = await served('value-model-rerank', rerankService(hostOf(storesOf(world))))
    const request = {
      ...good(),
      sources: bytesOf(new Uint32Array(3)),
      draw: bytesOf(new Float32Array(3)),
      probabilities: bytesOf(new Float32Array(3 * HEADS.length)),
    }
    await expect(link.call('Rerank', request, context())).resolves.toBeDefined()
    const short = { ...request, draw: bytesOf(new Float32Array(2)) }
    await expect(link.call('Rerank', short, context())).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
      field: 'draw',
    })
    const nan = bytesOf(new Float32Array(3 * HEADS.length).fill(NaN))
    const broken = { ...request, probabilities: nan }
    await expect(link.call('Rerank', broken, context())).rejects.toMatchObject({
      code: 'MESSAGE_INVALID',
      field: 'probabilities',
    })
  })

  it('queries of another dimension than the index has', async () => {
    const link = await served('ann-index', annService(hostOf(storesOf(world)), { part: 0, of: 1 }))
    const call = { ...good().call, settings: '' }
    for (const [queries, dimension] of [
      [new Float32Array(8), 8],
      [new Float32Array(15), 16],
    ] as const) {
      await expect(
        link.call('Search', { call, queries: bytesOf(queries), dimension, k: 3 }, context()),
      ).rejects.toMatchObject({ code: 'MESSAGE_INVALID' })
    }
  })
})

describe('an answer that cannot be', () => {
  const run = async (parts: object) => {
    const stores = storesOf(world)
    return exploreFunnel(stores, settings, parts).run(viewerNow(), context())
  }
  const caller = () => ({ bundle: 'planted', catalogue: world.catalogue })

  it.each([
    ['is too short', new Float32Array(3)],
    ['has NaN', new Float32Array(120).fill(NaN)],
  ])('of the first stage, which %s, is replaced by the order of retrieval', async (_, light) => {
    const link = await lying('first-stage', { light: bytesOf(light) })
    const { slate, trace } = await run({ firstStage: remoteFirstStage(link, caller(), settings) })
    expect(trace.rungs).toEqual(['retrieval order'])
    expect(slate.length).toBe(30)
  })

  it('of the second stage is replaced by the order of the first', async () => {
    const nan = new Float32Array(30 * HEADS.length).fill(Infinity)
    const link = await lying('second-stage-mtml', { probabilities: bytesOf(nan) })
    const { trace } = await run({ secondStage: remoteSecondStage(link, caller(), settings) })
    expect(trace.rungs).toEqual(['first-stage order'])
  })

  it.each([
    ['a row twice', Uint32Array.of(1, 1)],
    ['a row that was not asked', Uint32Array.of(30, 1)],
  ])('of reranking, with %s, is replaced by reranking here', async (_, rows) => {
    const two = bytesOf(new Float32Array(2))
    const answer = { value: two, score: two, scoreRank: bytesOf(new Uint32Array(2)) }
    const trace = JSON.stringify({ steps: [], rungs: [], moves: [], sightings: [] })
    const link = await lying('value-model-rerank', { ...answer, rows: bytesOf(rows), trace })
    const ranked = await run({ reranking: remoteReranking(link, caller(), settings) })
    expect(ranked.trace.rungs).toEqual(['reranked without likeness'])
    expect(new Set(ranked.slate.items).size).toBe(30)
  })

  it('of retrieval fails the live ranking, which the ladder replaces', async () => {
    const one = bytesOf(new Uint32Array(1))
    const columns = { sources: one, mixRank: one, mixed: one, draw: bytesOf(new Float32Array(2)) }
    for (const answer of [
      { items: one, ...columns, trace: '{}' },
      { items: one, ...columns, draw: one, trace: '{"steps":1}' },
      { items: one, ...columns, draw: one, trace: 'no' },
    ]) {
      const link = await lying('retrieval-sources', answer)
      await expect(
        run({ retrieval: remoteRetrieval(link, caller(), settings) }),
      ).rejects.toMatchObject({ code: 'SERVICE_ANSWER' })
    }
  })

  it('of retrieval with items that this process does not know yet loses them', async () => {
    const items = bytesOf(Uint32Array.of(5, 4000, 6))
    const three = bytesOf(new Uint32Array(3))
    const trace = JSON.stringify({ steps: [], rungs: [], moves: [], sightings: [] })
    const columns = { sources: three, mixRank: three, mixed: three, draw: three }
    const link = await lying('retrieval-sources', { items, ...columns, trace })
    const { slate } = await run({ retrieval: remoteRetrieval(link, caller(), settings) })
    expect([...slate.items].toSorted()).toEqual([5, 6])
  })
})

describe('an index of shards', () => {
  it('that lacks one answers with the rest and says so; without any it fails', async () => {
    const host = hostOf(storesOf(world))
    const caller = { bundle: 'planted', catalogue: world.catalogue }
    const there = await served('ann-index', annService(host, { part: 0, of: 2 }))
    const gone = stageLink('ann-index', 'grpc://127.0.0.1:1', { wall: Date.now })
    const wrong = await served('ann-index', annService(host, { part: 0, of: 2 }))
    closing.push(() => gone.close())
    const merge = ([first]: readonly { items: Uint32Array; scores: Float32Array }[]) => first!
    const query = new Float32Array(16).fill(0.25)
    const half = await remoteSearch({ links: [there, gone], merge }, caller)(query, 4)
    expect(half).toMatchObject({ rung: 'index without 1 of 2 shards' })
    expect(half.items).toHaveLength(4)
    // A shard in another's place would be searched twice.
    const twice = await remoteSearch({ links: [there, wrong], merge }, caller)(query, 4)
    expect(twice.rung).toBe('index without 1 of 2 shards')
    await expect(remoteSearch({ links: [gone], merge }, caller)(query, 4)).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
    })
  })
})

it('a stage that fails every other call is not asked twice for each: retries have a budget', async () => {
  const PAGES = 300
  const stores = storesOf(world)
  const { definition, handlers } = secondStageService(hostOf(stores))
  let calls = 0
  let failed = 0
  const flaky: Handler = (request, call) => {
    if (++calls % 2 === 1) return handlers.Predict!(request, call)
    failed++
    throw new ExploreError('SHUTTING_DOWN', 'planted')
  }
  const link = await served('second-stage-mtml', { definition, handlers: { Predict: flaky } })
  const caller = { bundle: stores.bundle.id, catalogue: stores.catalogue }
  const parts = { secondStage: remoteSecondStage(link, caller, settings) }
  const funnel = exploreFunnel(stores, settings, parts)
  const viewer = viewerNow()
  let flagged = 0
  for (let page = 0; page < PAGES; page++) {
    const { slate, trace } = await funnel.run(viewer, context())
    expect(new Set(slate.items).size).toBe(30)
    if (trace.rungs.length > 0) flagged++
    expect([[], ['first-stage order']]).toContainEqual(trace.rungs)
  }
  const retries = calls - PAGES
  // Half of the hundred tokens, and a tenth of one for each success.
  expect(retries).toBeLessThanOrEqual(50 + 0.1 * (calls - failed))
  expect(retries).toBeGreaterThan(20)
  // What was neither retried nor answered is a page of a lower rung.
  expect(flagged).toBe(failed - retries)
})
