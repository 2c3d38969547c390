import { expect, test } from 'vitest'
import { countFloor, fitFloor, PLAIN, scoreFloor } from './floor.ts'
import type { Impressions } from './impressions.ts'
import { streamOf, uniform } from './rng.ts'

/** Clicks by an item's and a user's offsets alone. */
const simulate = (length: number): Impressions => {
  const stream = streamOf(1, 'floor')
  const users = Int32Array.from({ length }, (_, row) => Math.floor(40 * uniform(stream, row, 0, 1)))
  const items = Int32Array.from({ length }, (_, row) => Math.floor(40 * uniform(stream, row, 0, 2)))
  const logit = (row: number) => (users[row]! - 20) / 10 + (items[row]! % 2 ? 1 : -1)
  const click = Uint8Array.from({ length }, (_, row) =>
    uniform(stream, row) < 1 / (1 + Math.exp(-logit(row))) ? 1 : 0,
  )
  const times = Float64Array.from({ length }, (_, row) => row)
  return { length, users, items, times, labels: { click } }
}

const log = simulate(40_000)
const floor = countFloor(log, 'click', { until: 20_000, from: 20_000 })

test('counts before, tests after', () => {
  expect(floor.labels).toHaveLength(20_000)
  expect(floor.labels[0]).toBe(log.labels.click![20_000])
})

test('item and user each know something, both together more', () => {
  const item = scoreFloor(floor, { ...PLAIN, user: 0 })
  const user = scoreFloor(floor, { ...PLAIN, item: 0 })
  const both = scoreFloor(floor, PLAIN)
  expect(Math.min(item.auc, user.auc)).toBeGreaterThan(0.6)
  expect(both.auc).toBeGreaterThan(Math.max(item.auc, user.auc) + 0.03)
  expect(both.ne).toBeLessThan(Math.min(item.ne, user.ne))
})

test('fitted weights undo the shrinkage of marginal odds', () => {
  const weights = fitFloor(floor)
  expect(weights.item).toBeGreaterThan(1)
  expect(weights.user).toBeGreaterThan(1)
  expect(scoreFloor(floor, weights).ne).toBeLessThan(scoreFloor(floor, PLAIN).ne)
})
