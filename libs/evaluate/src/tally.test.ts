import { rng } from '@explore/learn'
import { expect, it } from 'vitest'
import { tally } from './tally.ts'

it('gives means, and ratios of sums, by name', () => {
  const figures = tally()
  figures.add('mean', 0, 0.2)
  figures.add('mean', 1, 0.6)
  figures.add('mean', 1, NaN)
  figures.add('ratio', 0, 1, 2)
  figures.add('ratio', 1, 9, 10)
  expect(figures.spread('mean', rng(1))?.value).toBeCloseTo(0.4, 12)
  expect(figures.count('mean')).toBe(2)
  expect(figures.spread('ratio', rng(1))?.value).toBeCloseTo(10 / 12, 12)
  expect(figures.spread('none', rng(1))).toBeUndefined()
})

it('resamples viewers, not requests', () => {
  const [byViewer, byRequest] = [tally(), tally()]
  const random = rng(2)
  for (let viewer = 0; viewer < 40; viewer++) {
    const value = random.normal()
    for (let i = 0; i < 10; i++) {
      byViewer.add('x', viewer, value)
      byRequest.add('x', viewer * 10 + i, value)
    }
  }
  const width = ({ low, high }: { low: number; high: number }) => high - low
  const spread = byViewer.spread('x', rng(3))!
  expect(width(spread)).toBeGreaterThan(2 * width(byRequest.spread('x', rng(3))!))
  expect(spread.low).toBeLessThan(spread.value)
  expect(spread.high).toBeGreaterThan(spread.value)
})
