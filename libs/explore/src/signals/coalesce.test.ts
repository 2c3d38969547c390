import { expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { coalesceBoards, coalesceCounters } from './coalesce.ts'
import { COUNTERS } from './counters.ts'

const random = randomOf('coalesce')
const int = (n: number): number => Math.floor(random() * n)

it('adds counters up, one add each, in the order of items and fields', () => {
  const adds = Array.from({ length: 20_000 }, () => ({
    item: int(3) === 0 ? 4_000_000_000 + int(5) : int(3000),
    field: int(COUNTERS),
    delta: int(9) - 4,
  }))
  const sums = new Map<string, number>()
  for (const { item, field, delta } of adds) {
    const key = `${item}/${field}`
    sums.set(key, (sums.get(key) ?? 0) + delta)
  }
  const merged = coalesceCounters(adds)
  const ordered = merged.toSorted((a, b) => a.item - b.item || a.field - b.field)
  expect(merged).toEqual(ordered)
  const changed = [...sums].filter(([, sum]) => sum !== 0)
  expect(merged.length).toBe(changed.length)
  for (const { item, field, delta } of merged) expect(delta).toBe(sums.get(`${item}/${field}`))
  expect(coalesceCounters([])).toEqual([])
})

it('adds boards up, one add per member, board by board', () => {
  const add = (board: string, item: number, delta: number) => ({ board, item, delta })
  const adds = [add('b', 10, 1), add('a', 9, 2), add('b', 9, 4), add('a', 9, 8), add('b', 10, 16)]
  expect(coalesceBoards(adds)).toEqual([add('b', 9, 4), add('b', 10, 17), add('a', 9, 10)])
  expect(coalesceBoards([])).toEqual([])
})
