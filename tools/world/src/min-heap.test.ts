import { expect, test } from 'vitest'
import { MinHeap } from './min-heap.ts'
import { streamOf, uniform } from './rng.ts'

test('gives back numbers in order of their keys, ties in order of number', () => {
  const stream = streamOf(1, 'heap')
  const heap = new MinHeap()
  const entries = Array.from({ length: 500 }, (_, id) => ({
    id,
    time: Math.floor(50 * uniform(stream, id)),
  }))
  for (const { time, id } of entries) heap.push(time, id)
  const sorted = entries.sort((a, b) => a.time - b.time || a.id - b.id)
  for (const { time, id } of sorted) {
    expect(heap.least).toBe(time)
    expect(heap.pop()).toBe(id)
  }
  expect(heap.size).toBe(0)
})

test('has no least key when empty', () => {
  const heap = new MinHeap()
  expect(heap.least).toBe(Infinity)
  expect(heap.pop()).toBeNaN()
})
