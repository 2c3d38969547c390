import { expect, test } from 'vitest'
import { TimeHeap } from './heap.ts'
import { streamOf, uniform } from './rng.ts'

test('gives back numbers in order of time, ties in order of number', () => {
  const stream = streamOf(1, 'heap')
  const heap = new TimeHeap()
  const entries = Array.from({ length: 500 }, (_, id) => ({
    id,
    time: Math.floor(50 * uniform(stream, id)),
  }))
  for (const { time, id } of entries) heap.push(time, id)
  const sorted = entries.sort((a, b) => a.time - b.time || a.id - b.id)
  for (const { time, id } of sorted) {
    expect(heap.nextTime).toBe(time)
    expect(heap.pop()).toBe(id)
  }
  expect(heap.size).toBe(0)
})

test('is never due when empty', () => {
  const heap = new TimeHeap()
  expect(heap.nextTime).toBe(Infinity)
  expect(heap.pop()).toBeNaN()
})
