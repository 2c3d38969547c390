import { expect, test } from 'vitest'
import { joinImpressions, type Impressions } from './impressions.ts'
import { SMALL } from './testing/small.ts'
import { renderTransfer, transfer } from './transfer.ts'
import { createWorld } from './world.ts'

const logOf = (seed: number): Impressions =>
  joinImpressions(createWorld({ ...SMALL, seed }).history())

test('weights learned in one world serve in another almost as well as its own', () => {
  const rows = transfer(logOf(1), logOf(2))
  const of = (weights: string) =>
    rows.find(row => row.label === 'click' && row.weights === weights)!
  expect(of('simulated').auc).toBeGreaterThan(0.65)
  expect(of('simulated').auc).toBeGreaterThan(of('real').auc - 0.01)
  expect(of('real').ne).toBeLessThanOrEqual(of('simulated').ne)
  expect(renderTransfer(rows)).toMatch(/^like +simulated +0\.\d{4}/m)
})
