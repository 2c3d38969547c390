import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { pick } from './ranked-request.ts'

const request = (count: number) => ({
  viewer: 0,
  items: Uint32Array.from({ length: count }, (_, i) => 1000 + i),
  // The best are last.
  values: Float32Array.from({ length: count }, (_, i) => i),
})

it('takes all of the best, as many of those ranked next, and twice as many of the rest', () => {
  const { places, labels } = pick(request(100), 0.1, rng(1))
  expect([...labels]).toEqual(Array.from({ length: 40 }, (_, i) => (i < 10 ? 1 : 0)))
  expect(places).toHaveLength(40)
  expect(new Set(places).size).toBe(40)
  expect([...places.subarray(0, 10)]).toEqual([99, 98, 97, 96, 95, 94, 93, 92, 91, 90])
  expect(places.subarray(10, 20).every(place => place >= 70 && place < 90)).toBe(true)
  expect(places.subarray(20).every(place => place < 70)).toBe(true)
})

it('selects one at least, and takes what there is', () => {
  const { places, labels } = pick(request(2), 0.1, rng(1))
  expect([...places]).toEqual([1, 0])
  expect([...labels]).toEqual([1, 0])
})
