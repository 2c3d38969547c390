import { Worker } from 'node:worker_threads'
import { top } from '@explore/pipeline'
import { unitVectors } from '@explore/testkit'
import { describe, expect, it } from 'vitest'
import { dotRows } from './dot-rows.ts'
import { rowTable, rowTableOf } from './row-table.ts'

const WIDTH = 8

/** All scores by the gather kernel, which the scan must agree with, and their best by the plain heap. */
const bestOf = (vectors: Float32Array, query: Float32Array, k: number) => {
  const rows = dotRows(rowTableOf(vectors, WIDTH))
  const ids = Uint32Array.from({ length: rows.rows }, (_, id) => id)
  const scores = rows.scores(query, ids)
  const items = top(scores, k)
  return { items, scores: Float32Array.from(items, item => scores[item]!) }
}

describe('nearest', () => {
  const query = unitVectors(1, WIDTH, 9)

  it.each([
    [1, 100],
    [4095, 400],
    [4096, 400],
    [10_001, 1],
    [10_001, 700],
    [10_001, 2600],
    [10_001, 20_000],
  ])('of %i rows gives the true best %i', (count, k) => {
    const vectors = unitVectors(count, WIDTH, 4)
    const rows = dotRows(rowTableOf(vectors, WIDTH))
    expect(rows.nearest(query, k)).toEqual(bestOf(vectors, query, k))
  })

  it('keeps the order of rows that score the same', () => {
    const vectors = new Float32Array(6000 * WIDTH)
    for (let row = 0; row < 6000; row += 2) vectors.set(query, row * WIDTH)
    const { items } = dotRows(rowTableOf(vectors, WIDTH)).nearest(query, 100)
    expect([...items]).toEqual(Array.from({ length: 100 }, (_, i) => 2 * i))
  })

  it('ranks rows that are no numbers last', () => {
    const vectors = unitVectors(6000, WIDTH, 4)
    for (let row = 0; row < 6000; row++) if (row % 7 !== 0) vectors[row * WIDTH] = Number.NaN
    const { items } = dotRows(rowTableOf(vectors, WIDTH)).nearest(query, 850)
    expect([...items].every(item => item % 7 === 0)).toBe(true)
  })

  it('finds the best where they hide between the rows that the sample sees', () => {
    const vectors = new Float32Array(8192 * WIDTH)
    for (let row = 0; row < 8192; row++) vectors[row * WIDTH] = row % 8 === 0 ? -1 : 1 / (row + 1)
    const [one] = [Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0)]
    const { items } = dotRows(rowTableOf(vectors, WIDTH)).nearest(one, 500)
    expect(items).toEqual(bestOf(vectors, one, 500).items)
  })
})

it('scores more ids than it has scratch for', () => {
  const vectors = unitVectors(10, WIDTH, 5)
  const rows = dotRows(rowTableOf(vectors, WIDTH))
  const ids = Uint32Array.from({ length: 5000 }, (_, i) => i % 10)
  const query = vectors.slice(0, WIDTH)
  const scores = rows.scores(query, ids)
  const ten = rows.scores(query, ids.subarray(0, 10))
  expect(scores.every((score, i) => score === ten[i % 10])).toBe(true)
})

it('refuses a query of another width and a table beyond 4 GiB', () => {
  const rows = dotRows(rowTable(3, WIDTH))
  expect(() => rows.nearest(new Float32Array(7), 1)).toThrow('7 dimensions, the rows have 8')
  expect(() => rowTable(20_000_000, 64)).toThrow('do not fit into 4 GiB')
})

it('serves threads at the same time from one memory', async () => {
  const vectors = unitVectors(5000, WIDTH, 6)
  const table = rowTableOf(vectors, WIDTH)
  const queries = unitVectors(200, WIDTH, 7)
  const worker = new Worker(new URL('./dot-rows-worker.ts', import.meta.url), {
    workerData: { table, queries },
  })
  const theirs = new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const rows = dotRows(table)
  const ours: Uint32Array[] = []
  for (let i = 0; i < 200; i++) {
    ours.push(rows.nearest(queries.subarray(i * WIDTH, (i + 1) * WIDTH), 20).items)
    await new Promise(setImmediate)
  }
  expect(await theirs).toEqual(ours)
})
