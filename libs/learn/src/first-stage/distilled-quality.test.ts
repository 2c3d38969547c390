import { expect, it } from 'vitest'
import { distilledQuality, meanValues } from './distilled-quality.ts'

const request = (viewer: number, items: number[], values: number[]) => ({
  viewer,
  items: Uint32Array.from(items),
  values: Float32Array.from(values),
})

it('averages Recall@100@k over requests', () => {
  const items = Array.from({ length: 200 }, (_, i) => i)
  const requests = [request(0, items, items), request(1, items, items.toReversed())]
  const byNumber = distilledQuality(requests, ({ items }) => items)
  expect(byNumber['recall@100@10']).toBe(0.5)
  const right = distilledQuality(requests, ({ values }) => values)
  expect(right).toEqual({ 'recall@100@10': 1, 'recall@100@25': 1, 'recall@100@50': 1 })
})

it('looks values up by item, and takes the mean for an unknown one', () => {
  const means = meanValues([request(0, [1, 2], [3, 5]), request(1, [2], [7])], 4)
  expect([...means]).toEqual([5, 3, 6, 5])
})
