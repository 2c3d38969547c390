import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { epochBatches } from './epoch-batches.ts'

it('visits every row once, keeps requests together and shuffles them', () => {
  const viewerOf = Uint32Array.from({ length: 1000 }, (_, row) => Math.floor(row / 5))
  const rows = Uint32Array.from(viewerOf.keys()).filter(row => row >= 100)
  const random = rng(2)
  const [first, second] = [
    epochBatches(viewerOf, rows, 64, random),
    epochBatches(viewerOf, rows, 64, random),
  ]
  expect(first.map(batch => batch.length)).toEqual([...Array(14).fill(64), 4])
  const order = first.flatMap(batch => [...batch])
  expect([...order].sort((a, b) => a - b)).toEqual([...rows])
  const changes = order.filter((row, i) => viewerOf[row] !== viewerOf[order[i - 1]!]).length
  expect(changes).toBe(180)
  expect(second.flatMap(batch => [...batch])).not.toEqual(order)
  expect(epochBatches(viewerOf, rows, 64, rng(2))).toEqual(first)
})
