import { expect, it } from 'vitest'
import { itemCounts } from './item-counts.ts'
import { dayMarks, splitByTime, timeAt } from './time-split.ts'

const DAY = 86_400_000
// Logs are nearly in order, not quite.
const times = Float64Array.of(DAY, DAY + 5, 3 * DAY - 1, 2 * DAY, 3 * DAY, 3 * DAY + 1)

it('splits rows by time', () => {
  const { before, after } = splitByTime(times, 2 * DAY)
  expect(Array.from(before)).toEqual([0, 1])
  expect(Array.from(after)).toEqual([2, 3, 4, 5])
})

it('finds the time that a share of the rows precedes', () => {
  expect(timeAt(times, 0.5)).toBe(3 * DAY - 1)
  expect(splitByTime(times, timeAt(times, 0.5)).before).toHaveLength(3)
  expect(timeAt(times, 1)).toBe(3 * DAY + 1)
  expect(timeAt(new Float64Array(0), 0.5)).toBe(0)
})

it('marks days', () => {
  expect(dayMarks(times)).toEqual([
    { day: DAY, first: 0, count: 2 },
    { day: 2 * DAY, first: 2, count: 2 },
    { day: 3 * DAY, first: 4, count: 2 },
  ])
})

it('counts items, of all rows or of some', () => {
  const items = Uint32Array.of(2, 0, 2, 1)
  expect(Array.from(itemCounts(items, 4))).toEqual([1, 1, 2, 0])
  expect(Array.from(itemCounts(items, 4, [0, 3]))).toEqual([0, 1, 1, 0])
})
