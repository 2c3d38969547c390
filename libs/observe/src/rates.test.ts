import { expect, test } from 'vitest'
import { samplesOf } from './exposition.ts'
import { between } from './rates.ts'

const BEFORE = samplesOf(`
pages_total{origin="live",group="new"} 10
pages_total{origin="session",group="new"} 5
restarted_total 100
page_seconds_bucket{le="0.01"} 10
page_seconds_bucket{le="0.1"} 10
page_seconds_bucket{le="+Inf"} 10
page_seconds_sum 0.05
page_seconds_count 10
lag 9
bundle_info{bundle="old"} 1`)

const AFTER = samplesOf(`
pages_total{origin="live",group="new"} 30
pages_total{origin="live",group="heavy"} 20
pages_total{origin="session",group="new"} 5
restarted_total 4
page_seconds_bucket{le="0.01"} 60
page_seconds_bucket{le="0.1"} 108
page_seconds_bucket{le="+Inf"} 110
page_seconds_sum 2.55
page_seconds_count 110
lag 3
bundle_info{bundle="new"} 1`)

const { rate, ratesBy, value, labelOf, quantile, mean } = between(BEFORE, AFTER, 2)

test('counters are rates; a series that is new, and one that was begun anew, count as a whole', () => {
  expect(rate('pages_total')).toBe(20)
  expect(rate('pages_total', { origin: 'live' })).toBe(20)
  expect(rate('pages_total', { origin: 'live', group: 'heavy' })).toBe(10)
  expect(rate('restarted_total')).toBe(2)
  expect(rate('nothing_total')).toBe(0)
  expect([...ratesBy('pages_total', 'origin')]).toEqual([['live', 20]])
})

test('gauges are what they are now', () => {
  expect([value('lag'), value('nothing')]).toEqual([3, undefined])
  expect([labelOf('bundle_info', 'bundle'), labelOf('nothing', 'x')]).toEqual(['new', undefined])
})

test('quantiles and means are of what came between the looks', () => {
  expect(quantile('page_seconds', 0.5)).toBeCloseTo(0.01)
  expect(quantile('page_seconds', 0.25)).toBeCloseTo(0.005)
  expect(quantile('page_seconds', 0.98)).toBeCloseTo(0.1)
  // Beyond the last bound nothing is known.
  expect(quantile('page_seconds', 0.999)).toBeCloseTo(0.1)
  expect(mean('page_seconds')).toBeCloseTo(0.025)
  expect([quantile('nothing', 0.5), mean('nothing')]).toEqual([undefined, undefined])
})
