import { expect, test } from 'vitest'
import { createTable } from './table.ts'

const table = createTable(5)
table.fill(place => [0, 2, 0, 1, 1][place]!)

test('draws places by weight, and never one without weight', () => {
  const counts = [0, 0, 0, 0, 0]
  for (let at = 0; at < 1000; at++) counts[table.draw((at + 0.5) / 1000)]! += 1
  expect(counts).toEqual([0, 500, 0, 250, 250])
})

test('draws within a range', () => {
  const counts = [0, 0, 0, 0, 0]
  for (let at = 0; at < 1000; at++) counts[table.draw((at + 0.5) / 1000, 2, 4)]! += 1
  expect(counts).toEqual([0, 0, 0, 1000, 0])
})

test('sums weights', () => {
  expect(table.mass()).toBe(4)
  expect(table.mass(1, 4)).toBe(3)
})
