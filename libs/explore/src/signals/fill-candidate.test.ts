import { expect, it } from 'vitest'
import { Catalogue } from '../catalogue.ts'
import { COUNTERS, field, growth } from './counters.ts'
import { CANDIDATE_CROSS, CANDIDATE_DENSE, candidateFeatures } from './features.ts'
import { fillCandidate } from './fill-candidate.ts'
import { fold } from './fold.ts'
import { emptyUserState } from './user-state.ts'

const NOW = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

const catalogue = new Catalogue()
catalogue.apply(
  [
    { author: 'ann', topics: ['cats'] },
    { author: 'ann', topics: ['dogs'] },
    { author: 'bob', topics: ['cars'] },
  ].map((item, ordinal) => ({
    ordinal,
    id: `i${ordinal}`,
    item: { id: `i${ordinal}`, ...item, createdAt: NOW - HOUR, durationMs: 30_000 },
  })),
  1,
)

const rowOf = (item: number, counters: Float64Array, state = emptyUserState()) => {
  const out = candidateFeatures(2)
  fillCandidate(out, 1, item, counters, 0, 7, state, NOW, catalogue)
  return {
    item: out.items[1],
    viewer: out.viewer[1],
    dense: out.dense.slice(CANDIDATE_DENSE),
    cross: out.cross.slice(CANDIDATE_CROSS),
    untouched: out.dense.subarray(0, CANDIDATE_DENSE).every(value => value === 0),
  }
}

it('fills its own row only, finite without counters and history', () => {
  const { item, viewer, dense, cross, untouched } = rowOf(0, new Float64Array(COUNTERS))
  expect([item, viewer, untouched]).toEqual([1, 7, true])
  expect([...dense, ...cross].every(Number.isFinite)).toBe(true)
})

it('tells a clicked item from a skipped one, and decays what was recent', () => {
  const counters = (clicks: number, at: number): Float64Array => {
    const row = new Float64Array(COUNTERS)
    row[field('impressions')] = 100
    row[field('clicks')] = clicks
    row[field('recentImpressions')] = 100 * growth(at)
    row[field('recentClicks')] = clicks * growth(at)
    return row
  }
  const loved = rowOf(0, counters(60, NOW)).dense
  const skipped = rowOf(0, counters(5, NOW)).dense
  const old = rowOf(0, counters(60, NOW - 240 * HOUR)).dense
  expect(loved[7]).toBeGreaterThan(skipped[7]!)
  expect(loved[7]).toBe(old[7])
  expect(loved[14]).toBeGreaterThan(old[14]!)
})

it("knows the viewer's author and topic", () => {
  const state = emptyUserState()
  const topics = catalogue.topics.subarray(0, 4)
  const signal = { item: 0, author: catalogue.authors[0]!, topics, time: NOW - HOUR }
  const none = { counters: [], boards: [] }
  fold(state, { ...signal, id: 1n, type: 'like' }, none, { seen: 10 })
  const cross = (item: number): Float32Array => rowOf(item, new Float64Array(COUNTERS), state).cross
  const [same, sameAuthor, stranger] = [cross(0), cross(1), cross(2)]
  expect(same[1]).toBeGreaterThan(0)
  expect(sameAuthor[1]).toBe(same[1])
  expect(stranger[1]).toBe(0)
  expect(same[5]).toBeGreaterThan(0)
  expect(sameAuthor[5]).toBe(0)
  expect([same[9]! > 0, sameAuthor[9]! > 0]).toEqual([true, false])
})

it('takes long views and skips for impressions where those were not recorded', () => {
  const counters = (counts: Partial<Record<'impressions' | 'longViews' | 'skips', number>>) => {
    const row = new Float64Array(COUNTERS)
    for (const [name, count] of Object.entries(counts)) row[field(name as 'skips')] = count
    return row
  }
  const rate = (row: Float64Array): number => Math.exp(rowOf(0, row).dense[8]!)
  const shown = counters({ impressions: 100, longViews: 30, skips: 70 })
  const watched = counters({ longViews: 30, skips: 70 })
  expect(rate(watched)).toBeCloseTo(30.5 / 110, 6)
  expect(rate(watched)).toBe(rate(shown))
  expect(rate(counters({ longViews: 30 }))).toBeLessThan(1)
  expect(rowOf(0, watched).dense[18]).toBeCloseTo(Math.log1p(100), 6)
})
