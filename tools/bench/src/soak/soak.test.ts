import { randomOf } from '@explore/explore'
import { expect, it } from 'vitest'
import { arrivals, diurnal } from './arrivals.ts'
import { kinds } from './kinds.ts'
import { latencyHistogram, slopeOf } from './latency-histogram.ts'
import { type SoakSample, soakReport } from './soak-report.ts'
import { steadyFigures } from './steady.ts'

it('tells quantiles to half a percent, whatever their size', () => {
  const histogram = latencyHistogram()
  expect(histogram.quantile(0.5)).toBeNaN()
  for (let i = 1; i <= 10_000; i++) histogram.record(i / 10)
  for (const q of [0.01, 0.5, 0.99, 0.999, 1]) {
    expect(histogram.quantile(q) / (1000 * q)).toBeCloseTo(1, 2)
  }
  expect(histogram.total()).toBe(10_000)
  histogram.clear()
  expect(histogram.total()).toBe(0)
})

it('fits a line', () => {
  expect(slopeOf([])).toBe(0)
  expect(slopeOf(Array.from({ length: 9 }, (_, i) => [i, 3 * i + (i % 2)] as const))).toBeCloseTo(3)
})

it('arrives as the day goes: the mean over all of it, four times as often at its height as at night', () => {
  const length = 100_000
  const times = [...arrivals(100, length, randomOf('arrivals'))]
  expect(times.length / 10_000).toBeCloseTo(1, 1)
  const between = (from: number, to: number): number =>
    times.filter(at => at >= from * length && at < to * length).length
  expect(between(0.45, 0.55) / (between(0, 0.05) + between(0.95, 1))).toBeGreaterThan(3)
  expect(diurnal(0, 1)).toBeCloseTo(0.4)
})

it('counts what goes wrong by its kind', () => {
  const errors = kinds()
  expect(errors.figure()).toEqual({ value: 0, unit: 'requests' })
  for (const kind of ['OVERLOADED', 'ECONNRESET', 'OVERLOADED']) errors.count(kind)
  expect(errors.figure()).toMatchObject({ value: 3, note: '2 OVERLOADED, 1 ECONNRESET' })
})

it('tells what is kept from what load takes for a while', () => {
  const day = (kept: number): readonly SoakSample[] =>
    Array.from({ length: 101 }, (_, i) => ({
      ...{ at: 9 * i, perSecond: 5, errors: 0, p50: 9, p99: 20 },
      residentMb: 500 + 100 * diurnal(i, 100) + (kept * 9 * i) / 3600,
      descriptors: 40,
    }))
  const told = (kept: number, to = 774) => {
    const [slope, more, ...descriptors] = steadyFigures(day(kept), 126, to).map(
      ({ value }) => value,
    )
    expect(descriptors).toEqual([0, 0])
    return [slope, more]
  }
  expect(told(0)[0]).toBeCloseTo(0)
  expect(told(0)[1]).toBeCloseTo(0)
  expect(told(360)[0]).toBeCloseTo(360)
  // Seven samples at each end of 73 are taken together: their middles are 594 s apart.
  expect(told(360)[1]).toBeCloseTo(59.4)
  // To noon alone a flat one would seem to grow without end.
  expect(told(0, 450)[0]).toBeGreaterThan(500)
})

it('draws what was seen and done', () => {
  const sample = { perSecond: 5, errors: 0, p50: 9, p99: NaN, residentMb: 200, descriptors: 40 }
  const away = { at: 3, ...sample, residentMb: NaN, descriptors: NaN }
  const samples = [...[1, 2].map(at => ({ at, ...sample })), away, { at: 4, ...sample }]
  const html = soakReport(
    samples,
    [{ at: 2, what: 'restart' }],
    [{ name: 'slope <of memory>', value: 1, unit: 'MB/h' }],
  )
  expect(html).toContain('restart')
  expect(html).toContain('&lt;of memory>')
  expect(html.match(/<svg/g)).toHaveLength(4)
  // Two lines of memory and descriptors each, with a gap while no server ran.
  expect(html.match(/d="M[^M"]+M[^M"]+"/g)).toHaveLength(2)
  expect(html).not.toMatch(/NaN|undefined|src=|href=/)
})
