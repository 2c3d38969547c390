import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hnswAvailable, loadBundle, mergeAll, writeBundle } from '@explore/adapters'
import { exploreErrorOf } from '@explore/embedded'
import {
  type Artifacts,
  type Bundle,
  type Catalogue,
  COUNTERS,
  settingsFrom,
} from '@explore/explore'
import {
  annService,
  remoteSearch,
  rpcServer,
  type StageHost,
  stageLink,
  stageProtos,
} from '@explore/rpc'
import { bundleContract, tinyArtifacts, vectorIndexContract } from '@explore/testkit'
import { memoryStateStore, TINY_NOW, tinyCatalogue } from '@explore/testkit/memory'
import { afterAll } from 'vitest'

/** What the ports promise, by stages behind gRPC: the suites are those of the same ports in one process. */
const N = 200
const folder = mkdtempSync(join(tmpdir(), 'explore-contracts-'))
const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

const worldOf = (catalogue: Catalogue) => ({
  catalogue,
  catalogueId: 'here',
  counters: (items: Uint32Array) => new Float64Array(items.length * COUNTERS),
  now: () => TINY_NOW,
})

/** With `shards` the bundle has a graph of each. */
const write = (id: string, artifacts: Artifacts, items: number, shards?: number): Promise<string> =>
  writeBundle(folder, artifacts, {
    ...{ id, createdAt: TINY_NOW, catalogueId: 'here', items, seed: 1 },
    ...(shards === undefined ? { hnsw: false } : { hnsw: true, shards }),
  })

/** The index of a bundle in so many services; `refresh` tells all of them of changed items. */
const shardsOf = async (dir: string, of: number, catalogue: Catalogue, models: 'all' | 'none') => {
  const parts: Bundle[] = []
  const links = await Promise.all(
    Array.from({ length: of }, async (_, part) => {
      const shard = { part, of }
      const opened = models === 'none' ? [] : (['retrieval-item'] as const)
      const bundle = await loadBundle(dir, { ...worldOf(catalogue), shard, models: opened })
      parts.push(bundle)
      const stores = { bundle, catalogue, state: memoryStateStore() }
      const host: StageHost = {
        on: (_call, work) => work({ stores, settings: settingsFrom() }),
        prepare: async () => [bundle.id],
      }
      const server = rpcServer({
        ...{ protos: stageProtos, services: [annService(host, shard)] },
        ...{ errorOf: exploreErrorOf, now: Date.now },
      })
      const port = await server.listen({ host: '127.0.0.1', port: 0 })
      const link = stageLink('ann-index', `grpc://127.0.0.1:${port}`, { wall: Date.now })
      closing.push(
        () => bundle.close(),
        () => server.close(100),
        () => link.close(),
      )
      return link
    }),
  )
  return {
    search: remoteSearch({ links, merge: mergeAll }, { bundle: parts[0]!.id, catalogue }),
    refresh: async (changed: readonly number[]): Promise<void> => {
      for (const part of parts) await part.refresh(changed)
    },
  }
}

const artifacts: Artifacts = await tinyArtifacts(tinyCatalogue(N))

let written = 0
/** Writes a bundle of these vectors, and none that anybody could learn from. */
const writeVectors = (
  vectors: Float32Array,
  dimension: number,
  shards?: number,
): Promise<string> => {
  const items = vectors.length / dimension
  const firstItems = new Float32Array(items * artifacts.firstDimension)
  const neighbours = {
    items: new Uint32Array(items).fill(0xffffffff),
    scores: new Float32Array(items),
    width: 1,
  }
  const changed = { vectors, dimension, firstItems, neighbours }
  return write(`vectors-${++written}`, { ...artifacts, ...changed }, items, shards)
}

const { reason } = hnswAvailable()
const ways = [1, 2, 4].map(of => ({ of, graph: false, recall: 1 }))
for (const { of, graph, recall } of [...ways, { of: 2, graph: true, recall: 0.95 }]) {
  if (graph && reason !== undefined) continue
  const name = `over gRPC, ${of} shards${graph ? ', each with a graph' : ''}`
  const shardsOfGraphs = graph ? of : undefined
  const dir = await write(`tiny-${of}-${graph}`, artifacts, N, shardsOfGraphs)

  bundleContract(`its index ${name}`, async () => {
    const catalogue = tinyCatalogue(N)
    const shards = await shardsOf(dir, of, catalogue, 'all')
    const bundle = await loadBundle(dir, { ...worldOf(catalogue), search: shards.search })
    const refresh = async (changed: Iterable<number>): Promise<void> => {
      const items = [...changed]
      await shards.refresh(items)
      await bundle.refresh(items)
    }
    return { catalogue, bundle: { ...bundle, refresh } }
  })

  vectorIndexContract(
    name,
    async (vectors, dimension) => {
      const size = vectors.length / dimension
      const catalogue = tinyCatalogue(size)
      const dir = await writeVectors(vectors, dimension, shardsOfGraphs)
      const { search } = await shardsOf(dir, of, catalogue, 'none')
      return { dimension, size, search: async (query, k) => search(query, k) }
    },
    recall,
  )
}
