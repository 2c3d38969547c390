import { expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { viewerBatches } from './viewer-batches.ts'

const VIEWERS = Uint32Array.of(7, 7, 3, 9, 3, 7, 4, 5, 5, 6)

it('covers every target once per pass, a viewer’s together', () => {
  const batches = viewerBatches(VIEWERS, 4)(rng(1))
  const targets = batches.flatMap(batch => [...batch.targets])
  expect([...targets].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  const viewers = batches.flatMap(batch => [...batch.viewers])
  expect([...viewers].sort()).toEqual([3, 4, 5, 6, 7, 9])
  for (const { viewers, targets, viewerOf } of batches) {
    targets.forEach((target, i) => expect(viewers[viewerOf[i]!]).toBe(VIEWERS[target]))
  }
  expect(batches.slice(0, -1).every(({ targets }) => targets.length >= 4)).toBe(true)
})

it('orders the passes differently, and equally for equal seeds', () => {
  const first = viewerBatches(VIEWERS, 3)
  const again = viewerBatches(VIEWERS, 3)
  const [a, b] = [rng(5), rng(5)]
  const pass = first(a)
  expect(again(b)).toEqual(pass)
  expect(first(a)).not.toEqual(pass)
})
