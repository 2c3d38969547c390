import { unitVectors } from '@explore/testkit'
import { expect, it } from 'vitest'
import { rowTableOf } from './row-table.ts'
import { tieredRows } from './tiered-rows.ts'

const WIDTH = 6
const vectors = unitVectors(10, WIDTH, 1)
const row = (values: Float32Array, i: number) => values.slice(i * WIDTH, (i + 1) * WIDTH)
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const query = unitVectors(1, WIDTH, 2)

it('answers from the base until a row is put over it', () => {
  const rows = tieredRows(rowTableOf(vectors, WIDTH))
  expect(rows.copy(Uint32Array.of(3, 9))).toEqual(
    Float32Array.of(...row(vectors, 3), ...row(vectors, 9)),
  )
  const other = unitVectors(2, WIDTH, 3)
  rows.put(3, row(other, 0))
  rows.put(12, row(other, 1))
  expect([3, 9, 12].map(rows.isFresh)).toEqual([true, false, true])
  expect([rows.fresh(), rows.hidden()]).toEqual([2, 1])
  const scores = rows.scores(query, Uint32Array.of(12, 3, 9, 11))
  expect(scores[0]).toBeCloseTo(dot(query, row(other, 1)), 5)
  expect(scores[1]).toBeCloseTo(dot(query, row(other, 0)), 5)
  expect(scores[2]).toBeCloseTo(dot(query, row(vectors, 9)), 5)
  expect(scores[3]).toBe(Number.NEGATIVE_INFINITY)
  expect(rows.copy(Uint32Array.of(12, 11))).toEqual(
    Float32Array.of(...row(other, 1), ...new Float32Array(WIDTH)),
  )
})

it('leaves the rows that other threads share as they are', () => {
  const table = rowTableOf(vectors, WIDTH)
  const [ours, theirs] = [tieredRows(table), tieredRows(table)]
  ours.put(3, row(vectors, 0))
  expect(ours.copy(Uint32Array.of(3))).toEqual(row(vectors, 0))
  expect(theirs.copy(Uint32Array.of(3))).toEqual(row(vectors, 3))
})

it('keeps rows as it grows, and replaces them in place', () => {
  const rows = tieredRows(rowTableOf(vectors, WIDTH))
  const many = unitVectors(5000, WIDTH, 4)
  for (let i = 0; i < 5000; i++) rows.put(10 + i, row(many, i))
  rows.put(10, row(many, 4999))
  expect([rows.fresh(), rows.hidden()]).toEqual([5000, 0])
  expect(rows.copy(Uint32Array.of(10, 11, 5009))).toEqual(
    Float32Array.of(...row(many, 4999), ...row(many, 1), ...row(many, 4999)),
  )
  const { items, scores } = rows.nearestFresh(row(many, 1), 1)
  expect([...items]).toEqual([11])
  expect(scores[0]).toBeCloseTo(1, 5)
})
