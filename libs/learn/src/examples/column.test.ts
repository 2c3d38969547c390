import { expect, it } from 'vitest'
import { Column } from './column.ts'

it('grows by whole rows and keeps what it holds', () => {
  const column = new Column(Uint16Array, 3)
  for (let row = 0; row < 5000; row++) expect(column.add([row, row + 1, 0])).toBe(row)
  expect(column.used()).toHaveLength(15_000)
  expect(Array.from(column.used().subarray(4999 * 3))).toEqual([4999, 5000, 0])
  expect(column.add()).toBe(5000)
  expect(Array.from(column.used().subarray(15_000))).toEqual([0, 0, 0])
})

it('keeps the named rows only', () => {
  const column = new Column(Float64Array, 2)
  for (let row = 0; row < 6; row++) column.add([row, -row])
  column.keep(Uint32Array.of(1, 2, 5))
  expect(Array.from(column.used())).toEqual([1, -1, 2, -2, 5, -5])
  column.add()
  expect(Array.from(column.used().subarray(6))).toEqual([0, 0])
})
