import { unitVectors } from '@explore/testkit'
import { describe, expect, it } from 'vitest'
import { rowTableOf } from '../dot/row-table.ts'
import { tieredRows } from '../dot/tiered-rows.ts'
import { exactIndex } from './exact-index.ts'
import { tieredIndex } from './tiered-index.ts'

const DIMENSION = 8
const SIZE = 1000
const vectors = unitVectors(SIZE, DIMENSION, 1)
const query = unitVectors(1, DIMENSION, 2)

const opened = () => {
  const rows = tieredRows(rowTableOf(vectors, DIMENSION))
  const index = tieredIndex(exactIndex(rows.base), rows)
  return { rows, index, found: (k: number) => [...index.search(query, k).items] }
}

describe('tombstones', () => {
  it.each([1, 10, 150, 700])('leave room for %i others, also where all the best are buried', k => {
    const { index, found } = opened()
    const ranked = found(SIZE)
    for (const item of ranked.slice(0, 300)) index.setLive(item, false)
    expect(found(k)).toEqual(ranked.slice(300, 300 + k))
  })

  it('bury fresh rows too', () => {
    const { rows, index, found } = opened()
    const before = found(5)
    for (let i = 0; i < 20; i++) rows.put(SIZE + i, query)
    expect(found(5).every(item => item >= SIZE)).toBe(true)
    for (let i = 0; i < 20; i++) index.setLive(SIZE + i, false)
    expect(found(5)).toEqual(before)
    index.setLive(SIZE + 7, true)
    expect(found(1)).toEqual([SIZE + 7])
  })

  it('leave nothing where they cover everything', () => {
    const { index, found } = opened()
    for (let item = 0; item < SIZE; item++) index.setLive(item, false)
    expect(found(10)).toEqual([])
  })
})

it('finds a changed item where it is now, not where it was', () => {
  const { rows, found } = opened()
  const [first, second] = found(2)
  rows.put(
    first!,
    query.map(x => -x),
  )
  expect(found(1)).toEqual([second])
  expect(found(SIZE).at(-1)).toBe(first)
  expect(found(SIZE)).toHaveLength(SIZE)
})
