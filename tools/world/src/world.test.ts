import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ID_PATTERN, type Event } from '@explore/explore'
import { joinImpressions, type Label } from './impressions.ts'
import { fidelity, renderFidelity } from './fidelity.ts'
import { PRESETS } from './presets.ts'
import { mean } from './statistics.ts'
import { DAY, NOW, SMALL } from './testing/small.ts'
import { createWorld, type World } from './world.ts'

const digest = (world: World): string => {
  const hash = createHash('sha256').update(JSON.stringify([world.items, world.users]))
  for (const event of world.history()) hash.update(JSON.stringify(event))
  for (const row of world.propensities()) hash.update(JSON.stringify(row))
  return hash.digest('hex')
}

const world = createWorld({ seed: 1, now: NOW })
const events = [...world.history()]
const impressions = events.filter(({ type }) => type === 'impression')
const rows = fidelity(joinImpressions(events))

describe('a world', () => {
  test('is a function of its options', () => {
    const first = digest(createWorld(SMALL))
    expect(digest(createWorld(SMALL))).toBe(first)
    expect(digest(createWorld({ ...SMALL, seed: 2 }))).not.toBe(first)
    expect(digest(createWorld({ ...SMALL, params: PRESETS.high }))).not.toBe(first)
  })

  test('has items and viewers with ids, topics and facts, some items unfit to be shown', () => {
    expect(world.items).toHaveLength(20_000)
    expect(world.users).toHaveLength(3_000)
    const ids = [...world.items, ...world.users].map(({ id }) => id)
    expect(new Set(ids).size).toBe(23_000)
    expect(ids.every(id => new RegExp(ID_PATTERN).test(id))).toBe(true)
    expect(new Set(world.items.map(item => item.topics![0])).size).toBe(60)
    expect(world.items.every(({ createdAt }) => createdAt! <= NOW)).toBe(true)
    const some = (count: number) => {
      expect(count).toBeGreaterThan(100)
      expect(count).toBeLessThan(1000)
    }
    some(world.items.filter(({ hidden }) => hidden).length)
    some(world.items.filter(({ recommendable }) => recommendable === false).length)
    some(world.items.filter(({ integrityRisk = 0 }) => integrityRisk > 0.5).length)
    expect(Object.keys(world.users[0]!.attributes!)).toEqual([
      'country',
      'language',
      'ageRange',
      'device',
    ])
  })

  test('refuses options out of bounds', () => {
    expect(() => createWorld({ ...SMALL, users: 0 })).toThrow('users must be an integer')
    expect(() => createWorld({ ...SMALL, now: NaN })).toThrow('now must be an integer')
    expect(() => createWorld({ ...SMALL, items: 1.5 })).toThrow('items must be an integer')
    const simulation = { seed: 1, days: 15 }
    expect(() => world.simulation(simulation)).toThrow('days must be an integer from 1 to 14')
  })

  test('may have one item, or one viewer', () => {
    expect([...createWorld({ ...SMALL, items: 1, users: 3 }).history()].length).toBeLessThan(20)
    expect(createWorld({ ...SMALL, users: 1 }).users).toHaveLength(1)
  })
})

describe('its history', () => {
  test('is in order of time, ends now, and has unique ids', () => {
    const times = events.map(({ time }) => time)
    expect(times.every((time, at) => time >= (times[at - 1] ?? world.start))).toBe(true)
    expect(events.at(-1)!.time).toBeLessThanOrEqual(NOW)
    expect(events.at(-1)!.time).toBeGreaterThan(NOW - DAY / 24)
    expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length)
    expect(events.every(({ eventId }) => new RegExp(ID_PATTERN).test(eventId))).toBe(true)
  })

  test('ties every reaction to an impression before it, once per viewer and item', () => {
    const shown = new Map<string, Event>()
    const stray = events.filter(event => {
      const key = `${event.requestId} ${event.itemId}`
      if (event.type === 'impression') shown.set(key, event)
      return shown.get(key)?.position !== event.position
    })
    expect(stray).toEqual([])
    const pairs = new Set(impressions.map(({ userId, itemId }) => `${userId} ${itemId}`))
    expect(pairs.size).toBe(impressions.length)
  })

  test('shows nothing before its upload, and nothing that is not recommendable', () => {
    const items = new Map(world.items.map(item => [item.id, item]))
    const wrong = impressions.filter(({ itemId, time }) => {
      const { createdAt, recommendable } = items.get(itemId!)!
      return createdAt! > time || recommendable === false
    })
    expect(wrong).toEqual([])
  })

  test('has newcomers, casual and heavy viewers', () => {
    const counts = new Map(world.users.map(({ id }) => [id, 0]))
    for (const { userId } of impressions) counts.set(userId, counts.get(userId)! + 1)
    const sorted = [...counts.values()].sort((a, b) => a - b)
    const at = (quantile: number) => sorted[Math.floor(quantile * sorted.length)]!
    expect(impressions.length).toBeGreaterThan(150_000)
    expect(impressions.length).toBeLessThan(200_000)
    expect(at(0.02)).toBeLessThanOrEqual(3)
    expect(at(0.5)).toBeLessThan(60)
    expect(at(0.99)).toBeGreaterThan(250)
  })

  test('has a propensity for each impression, in its order', () => {
    const given = [...world.propensities()]
    expect(given.map(({ eventId }) => eventId)).toEqual(impressions.map(({ eventId }) => eventId))
    expect(given.every(({ propensity }) => propensity > 0 && propensity <= 1)).toBe(true)
  })
})

describe('its fidelity', () => {
  test('base rates, and all else that was measured on real logs, fit', () => {
    const misfits = rows.filter(({ fits }) => !fits)
    expect(misfits).toEqual([])
  })

  test('base rates lie within 20 % with another seed, too', () => {
    const { labels } = joinImpressions(createWorld({ seed: 2, now: NOW }).history())
    for (const { statistic, target } of rows.slice(0, 8)) {
      const rate = mean(labels[statistic as Label]!)
      expect(rate).toBeGreaterThan(0.8 * target[0])
      expect(rate).toBeLessThan(1.2 * target[1])
    }
  })

  test('renders as a table', () => {
    expect(renderFidelity(rows)).toMatch(/^click +0\.442 +0\.4\d+ +yes$/m)
  })
})
