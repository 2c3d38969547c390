import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  buildHnsw,
  hnswAvailable,
  hnswIndex,
  hnswLibrary,
  mergeAll,
  ofShard,
  vectorsOf,
} from '@explore/adapters'
import type { Progress } from '@explore/embedded'
import { ExploreError, randomOf } from '@explore/explore'
import { top } from '@explore/pipeline'
import type { Figure } from './figures.ts'

const DIMENSION = 64
/** What retrieval asks for, and what serving keeps for so many. */
const K = 300
const EF = 450
const QUERIES = 100
const ROUNDS = 7
/** Items of a topic lie around its centre, as those of trained towers do. */
const TOPICS = 200
const SPREAD = 0.6

/** Unit vectors of `n` items, or of viewers near them. */
const clustered = (n: number, name: string): Float32Array => {
  const centre = randomOf('ann centres')
  const centres = Float32Array.from({ length: TOPICS * DIMENSION }, () => centre() - 0.5)
  const random = randomOf(name)
  const vectors = new Float32Array(n * DIMENSION)
  for (let at = 0; at < vectors.length; at += DIMENSION) {
    const from = Math.floor(random() * TOPICS) * DIMENSION
    const row = vectors.subarray(at, at + DIMENSION)
    for (let i = 0; i < DIMENSION; i++) row[i] = centres[from + i]! + SPREAD * (random() - 0.5)
    const length = Math.hypot(...row)
    for (let i = 0; i < DIMENSION; i++) row[i]! /= length
  }
  return vectors
}

const rowOf = (vectors: Float32Array, row: number): Float32Array =>
  vectors.subarray(row * DIMENSION, (row + 1) * DIMENSION)

const nearest = (vectors: Float32Array, query: Float32Array): ReadonlySet<number> => {
  const scores = new Float32Array(vectors.length / DIMENSION)
  for (let row = 0; row < scores.length; row++) {
    let sum = 0
    for (let i = 0, at = row * DIMENSION; i < DIMENSION; i++) sum += query[i]! * vectors[at + i]!
    scores[row] = sum
  }
  return new Set(top(scores, K))
}

/** The fastest round of each, which take turns: whatever else the machine does, it does to both. */
const fastest = (works: readonly ((query: number) => unknown)[]): readonly number[] => {
  const best = works.map(() => Infinity)
  for (let round = 0; round < ROUNDS; round++) {
    for (const [which, work] of works.entries()) {
      const start = performance.now()
      for (let query = 0; query < QUERIES; query++) work(query)
      best[which] = Math.min(best[which]!, (performance.now() - start) / QUERIES)
    }
  }
  return best
}

const measure = async (items: number, folder: string, progress: Progress) => {
  const vectors = clustered(items, `ann items ${items}`)
  const queries = clustered(QUERIES, 'ann queries')
  const truth = Array.from({ length: QUERIES }, (_, i) => nearest(vectors, rowOf(queries, i)))
  const path = join(folder, `${items}.hnsw`)
  await buildHnsw(vectors, DIMENSION, path, {
    onProgress: (done, total) => progress('bench', done / total, `graph of ${items} items`),
  })
  const index = await hnswIndex(path, { dimension: DIMENSION, perResult: EF / K })
  const raw = new (hnswLibrary().HierarchicalNSW)('ip', DIMENSION)
  await raw.readIndex(path)
  raw.setEf(EF)
  const asked = truth.map((_, i) => Array.from(rowOf(queries, i)))
  const [ours, library] = fastest([
    query => index.search(rowOf(queries, query), K),
    query => raw.searchKnn(asked[query]!, K),
  ]) as [number, number]
  const recallOf = (search: (query: Float32Array) => { readonly items: Uint32Array }): number => {
    const hits = truth.map((best, i) => search(rowOf(queries, i)).items.filter(x => best.has(x)))
    return hits.reduce((sum, { length }) => sum + length, 0) / (K * QUERIES)
  }
  const recall = recallOf(query => index.search(query, K))
  return { vectors, ours, library, recall, recallOf, bytes: statSync(path).size / items }
}

/** Recall where each of two shards has a graph of its own. */
const shardedRecall = async (
  { vectors, recallOf }: Awaited<ReturnType<typeof measure>>,
  folder: string,
): Promise<number> => {
  const shards = await Promise.all(
    [0, 1].map(async part => {
      const shard = { part, of: 2 }
      const path = join(folder, `shard-${part}.hnsw`)
      await buildHnsw(vectorsOf(vectors, DIMENSION, shard), DIMENSION, path)
      return ofShard(await hnswIndex(path, { dimension: DIMENSION, perResult: EF / K }), shard)
    }),
  )
  return recallOf(query =>
    mergeAll(
      shards.map(shard => shard.search(query, K)),
      K,
    ),
  )
}

/** The index against the library that it stands on, at the same ef and k; its recall, and how it grows. */
export const benchAnn =
  (sizes: readonly number[]) =>
  async (_home: unknown, _seconds: number, progress: Progress): Promise<readonly Figure[]> => {
    const { available, reason } = hnswAvailable()
    if (!available) throw new ExploreError('USAGE', `there is no HNSW here: ${reason}`)
    const folder = mkdtempSync(join(tmpdir(), 'explore-ann-'))
    try {
      const figures: Figure[] = []
      const latencies: number[] = []
      for (const items of sizes) {
        const measured = await measure(items, folder, progress)
        const { ours, library, recall, bytes } = measured
        latencies.push(ours)
        const of = `${items} items`
        figures.push(
          { name: `${of}: recall@${K}`, value: recall, unit: 'share', bound: { least: 0.95 } },
          {
            name: `${of}: a search`,
            value: ours,
            unit: 'ms',
            note: `ef ${EF}, ${DIMENSION} dimensions`,
          },
          {
            name: `${of}: QPS ÷ hnswlib-node`,
            value: library / ours,
            unit: '×',
            bound: { least: 0.85 },
            note: 'arrays given and taken as the library has them',
          },
          {
            name: `${of}: bytes an item`,
            value: bytes + DIMENSION * 4,
            unit: 'B',
            bound: { most: 800 },
            note: 'graph with its vectors, and the table of vectors',
          },
        )
        if (items === 100_000) {
          figures.push({
            name: `${of}: recall@${K} of 2 shards`,
            value: await shardedRecall(measured, folder),
            unit: 'share',
            bound: { least: 0.95 },
            note: 'each with a graph of its own',
          })
        }
      }
      const growth = latencies.at(-1)! / latencies[0]!
      const name = `latency, ${sizes.at(-1)} items ÷ ${sizes[0]}`
      return [...figures, { name, value: growth, unit: '×', bound: { most: 2.5 } }]
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
