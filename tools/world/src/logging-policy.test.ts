import { describe, expect, test } from 'vitest'
import { createLoggingPolicy } from './logging-policy.ts'
import { createNature } from './nature.ts'
import { PRESETS } from './presets.ts'
import { streamOf } from './rng.ts'
import { NOW, requestOf, SMALL } from './testing/small.ts'

const nature = createNature({ ...SMALL, items: 150, horizonDays: 3 }, PRESETS.mid)
const { catalogue, population } = nature
const createPolicy = () => createLoggingPolicy(catalogue, population, PRESETS.mid)
const stream = streamOf(1, 'logging')
const servable = Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
  catalogue.servable(item, NOW),
)

describe('the logging policy', () => {
  test('gives chances that sum to one, to what may be shown and nothing else', () => {
    const policy = createPolicy()
    for (const item of servable.slice(0, 20)) policy.clicked(3, item, NOW - 1)
    for (const user of [0, 3, 7]) {
      const { chance } = policy.mixture(user, NOW)
      const sum = servable.reduce((total, item) => total + chance(item), 0)
      expect(sum).toBeCloseTo(1, 9)
      for (let item = 0; item < catalogue.size; item++)
        expect(chance(item) > 0).toBe(servable.includes(item))
    }
  })

  test('given what was seen and placed before, propensities sum to one', () => {
    const policy = createPolicy()
    const seen = servable.slice(10, 40)
    const { items, propensities } = policy.page(requestOf(3), seen, 10, stream)
    const { chance } = policy.mixture(3, NOW)
    const out = new Set(seen)
    items.forEach((item, slot) => {
      const left = servable.filter(each => !out.has(each))
      const total = left.reduce((sum, each) => sum + chance(each), 0)
      expect(propensities[slot]).toBeCloseTo(chance(item) / total, 9)
      out.add(item)
    })
    expect(out.size).toBe(seen.length + 10)
  })

  test('shows items as often as its propensities say', () => {
    const policy = createPolicy()
    const seen = servable.slice(10, 40)
    const pages = 20_000
    const [first, second] = [new Map<number, number>(), new Map<number, number>()]
    let secondPropensity = 0
    const watched = servable[5]!
    for (let visit = 0; visit < pages; visit++) {
      const { items, propensities } = policy.page({ ...requestOf(3), visit }, seen, 2, stream)
      first.set(items[0]!, (first.get(items[0]!) ?? 0) + 1)
      second.set(items[1]!, (second.get(items[1]!) ?? 0) + 1)
      if (items[1] === watched) secondPropensity += 1 / propensities[1]!
    }
    const { chance } = policy.mixture(3, NOW)
    const free = servable.filter(item => !seen.includes(item))
    const total = free.reduce((sum, item) => sum + chance(item), 0)
    let chiSquare = 0
    for (const item of free) {
      const expected = (pages * chance(item)) / total
      chiSquare += ((first.get(item) ?? 0) - expected) ** 2 / expected
    }
    const degrees = free.length - 1
    expect(chiSquare).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees))
    // Inverse propensity weighting of the second place: every page on which it was still free counts once.
    const stillFree = pages - first.get(watched)!
    expect(secondPropensity / stillFree).toBeGreaterThan(0.9)
    expect(secondPropensity / stillFree).toBeLessThan(1.1)
  })

  test('learns of clicks when they have arrived, and then shows more of the topic', () => {
    const [told, untold] = [createPolicy(), createPolicy()]
    const topic = catalogue.label[servable[0]!]!
    const ofTopic = servable.filter(item => catalogue.label[item] === topic)
    for (const item of ofTopic) for (let n = 0; n < 5; n++) told.clicked(3, item, NOW + 1)
    const massOf = (policy: ReturnType<typeof createPolicy>, time: number) => {
      const { chance } = policy.mixture(3, time)
      return ofTopic.reduce((sum, item) => sum + chance(item), 0)
    }
    expect(massOf(told, NOW)).toBe(massOf(untold, NOW))
    const later = NOW + 4 * 3_600_000
    expect(massOf(told, later)).toBeGreaterThan(massOf(untold, later) + 0.05)
  })

  test('stays short when next to nothing is left', () => {
    const { items } = createPolicy().page(requestOf(3), servable.slice(3), 10, stream)
    expect(items.length).toBeGreaterThan(0)
    expect(items.filter(item => !servable.slice(0, 3).includes(item))).toEqual([])
    expect(createPolicy().page(requestOf(3), servable, 10, stream).items).toEqual([])
  })
})
