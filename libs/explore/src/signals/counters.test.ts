import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { COUNTER_FIELDS, COUNTERS, field, growth, recent } from './counters.ts'

const DAY = 86_400_000

describe('counters', () => {
  it('keep their places: rows are stored', () => {
    expect(COUNTER_FIELDS.map(field)).toEqual(COUNTER_FIELDS.map((_, i) => i))
    expect(COUNTERS).toBe(COUNTER_FIELDS.length)
    expect(COUNTER_FIELDS.slice(0, 3)).toEqual(['impressions', 'clicks', 'longViews'])
  })
})

describe('forward decay', () => {
  const now = Date.UTC(2026, 10, 23)

  it('counts one now as one, and as a half three days later', () => {
    expect(recent(growth(now), now)).toBe(1)
    expect(recent(growth(now), now + 3 * DAY)).toBeCloseTo(0.5, 12)
  })

  it('is exact in whatever order the events come', () => {
    const random = randomOf('decay')
    const times = Array.from({ length: 500 }, () => now - random() * 30 * DAY)
    const exact = times.reduce((sum, time) => sum + 2 ** ((time - now) / (3 * DAY)), 0)
    const orders = [times, times.toSorted(), times.toReversed(), times.toSorted((a, b) => b - a)]
    for (const order of orders) {
      const sum = order.reduce((sum, time) => sum + growth(time), 0)
      expect(Math.abs(recent(sum, now) / exact - 1)).toBeLessThan(1e-12)
    }
  })

  it('is finite for any time, and a plain count far from the landmark', () => {
    for (const year of [1970, 1995, 2015, 2019, 2037, 2100, 9999]) {
      const then = Date.UTC(year, 0, 1)
      let sum = 0
      for (let i = 0; i < 1000; i++) sum += growth(then + i)
      expect(recent(sum, then + 1000)).toBeCloseTo(1000, 2)
    }
  })
})
