import { unitVectors } from '@explore/testkit'
import { describe, expect, it } from 'vitest'
import { rowTableOf } from '../dot/row-table.ts'
import { tieredRows } from '../dot/tiered-rows.ts'
import { exactIndex } from './exact-index.ts'
import { mergeAll } from './found.ts'
import { inShard, shardIndex } from './shard-index.ts'
import { tieredIndex } from './tiered-index.ts'

const DIMENSION = 8
const SIZE = 999

/** Every vector is there three times, so that many places are among equals. */
const vectors = ((): Float32Array => {
  const third = unitVectors(SIZE / 3, DIMENSION, 1)
  return Float32Array.of(...third, ...third, ...third)
})()
const queries = unitVectors(30, DIMENSION, 2)

const opened = (of: number) => {
  const table = rowTableOf(vectors, DIMENSION)
  const shards = Array.from({ length: of }, (_, part) => {
    const rows = tieredRows(table)
    const base = of === 1 ? exactIndex(rows.base) : shardIndex(table, { part, of })
    return { part, rows, index: tieredIndex(base, rows) }
  })
  return {
    put: (item: number, vector: Float32Array): void => {
      for (const { part, rows } of shards) if (inShard(item, { part, of })) rows.put(item, vector)
    },
    bury: (item: number): void => {
      for (const { part, index } of shards) {
        if (inShard(item, { part, of })) index.setLive(item, false)
      }
    },
    search: (query: Float32Array, k: number) =>
      mergeAll(
        shards.map(({ index }) => index.search(query, k)),
        k,
      ),
  }
}

describe.each([2, 3, 4, 7])('%i shards', of => {
  const whole = opened(1)
  const parts = opened(of)
  const compare = (k: number): void => {
    for (let i = 0; i < queries.length; i += DIMENSION) {
      const query = queries.slice(i, i + DIMENSION)
      expect(parts.search(query, k)).toEqual(whole.search(query, k))
    }
  }

  it('find what one index finds, equal scores included', () => {
    for (const k of [1, 2, 10, 333, SIZE, 2 * SIZE]) compare(k)
  })

  it('also when items are buried, changed and new, in any order', () => {
    const order = [5, 998, 17, 1200, 1003, 4, 1001, 250]
    order.forEach((item, i) =>
      whole.put(
        item,
        vectors.slice(0, DIMENSION).map(x => x * (i < 4 ? 1 : 0.5)),
      ),
    )
    order.toReversed().forEach((item, i) =>
      parts.put(
        item,
        vectors.slice(0, DIMENSION).map(x => x * (i >= 4 ? 1 : 0.5)),
      ),
    )
    for (const item of [0, 333, 1001, 12]) {
      whole.bury(item)
      parts.bury(item)
    }
    for (const k of [1, 2, 3, 5, 8, 100, SIZE]) compare(k)
  })
})
