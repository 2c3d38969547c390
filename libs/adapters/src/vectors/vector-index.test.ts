import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vectorIndexContract } from '@explore/testkit'
import { afterAll } from 'vitest'
import { dotRows } from '../dot/dot-rows.ts'
import { rowTableOf } from '../dot/row-table.ts'
import { type TieredRows, tieredRows } from '../dot/tiered-rows.ts'
import { buildHnsw } from './build-hnsw.ts'
import { exactIndex } from './exact-index.ts'
import { hnswAvailable } from './hnsw-library.ts'
import { hnswIndex } from './hnsw-index.ts'
import { tieredIndex } from './tiered-index.ts'
import type { VectorIndex } from './vector-index.ts'

const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
afterAll(() => rmSync(folder, { recursive: true }))

const graph = async (vectors: Float32Array, dimension: number): Promise<VectorIndex> => {
  const path = join(folder, `${vectors.length}.hnsw`)
  await buildHnsw(vectors, dimension, path)
  return hnswIndex(path, { dimension })
}

const exact = (vectors: Float32Array, dimension: number): VectorIndex =>
  exactIndex(dotRows(rowTableOf(vectors, dimension)))

/** The index after a while: the last fifth is new, every tenth was changed, others came and went. */
const worn = async (
  vectors: Float32Array,
  dimension: number,
  baseOf: (rows: TieredRows, old: Float32Array) => VectorIndex | Promise<VectorIndex>,
): Promise<VectorIndex> => {
  const size = vectors.length / dimension
  const row = (item: number) => vectors.slice(item * dimension, (item + 1) * dimension)
  const kept = Math.floor(size * 0.8)
  const old = vectors.slice(0, kept * dimension)
  for (let item = 0; item < kept; item += 10) old.set(row(kept), item * dimension)
  const rows = tieredRows(rowTableOf(old, dimension))
  const index = tieredIndex(await baseOf(rows, old), rows)
  for (let item = 0; item < kept; item += 10) rows.put(item, row(item))
  for (let item = kept; item < size; item++) rows.put(item, row(item))
  for (let item = 0; item < size; item += 3) index.setLive(item, false)
  for (let item = 0; item < size; item += 3) index.setLive(item, true)
  return index
}

vectorIndexContract('exact', exact, 1)
vectorIndexContract(
  'exact base with fresh rows',
  (vectors, dimension) => worn(vectors, dimension, rows => exactIndex(rows.base)),
  1,
)

const { reason } = hnswAvailable()
vectorIndexContract('HNSW', graph, 0.95, reason)
vectorIndexContract(
  'HNSW base with fresh rows',
  (vectors, dimension) => worn(vectors, dimension, (_, old) => graph(old, dimension)),
  0.95,
  reason,
)
