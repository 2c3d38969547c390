import { expect, it } from 'vitest'
import { Catalogue } from '../catalogue.ts'
import { attributeBuckets, surfaceBucket } from './feature-buckets.ts'
import { VIEWER_DENSE, viewerFeatures } from './features.ts'
import { fillViewer } from './fill-viewer.ts'
import { fold } from './fold.ts'
import { HISTORY_KINDS } from './history-kind.ts'
import { emptyUserState, HISTORY } from './user-state.ts'

const NOW = Date.UTC(2026, 0, 1, 15)
const HOUR = 3_600_000

const catalogue = new Catalogue()
catalogue.apply(
  [0, 1, 2].map(ordinal => ({
    ordinal,
    id: `i${ordinal}`,
    item: { id: `i${ordinal}`, author: `a${ordinal}`, topics: [`t${ordinal}`] },
  })),
  1,
)

const stateAfter = (
  ...events: readonly (readonly [
    'impression' | 'click' | 'like' | 'long_view' | 'skip',
    number,
    number,
  ])[]
) => {
  const state = emptyUserState()
  events.forEach(([type, item, time], i) => {
    const signal = { id: BigInt(i), type, item, author: catalogue.authors[item]!, topics: [], time }
    fold(state, signal, { counters: [], boards: [] }, { seen: 100 })
  })
  return state
}

it('writes the history from the newest entry to the oldest and pads it', () => {
  const state = stateAfter(['click', 0, NOW - 8 * HOUR], ['like', 2, NOW - HOUR])
  const out = viewerFeatures(2)
  const attributes = attributeBuckets({ id: 'u', attributes: { country: 'de' } })
  fillViewer(out, 1, { state, attributes, surface: surfaceBucket('home'), now: NOW }, catalogue)
  const row = <T extends Int32Array>(column: T): number[] => [
    ...column.subarray(HISTORY, HISTORY + 3),
  ]
  expect(row(out.historyItems)).toEqual([3, 1, 0])
  expect(row(out.historyKinds).map(kind => HISTORY_KINDS[kind])).toEqual(['like', 'click', 'none'])
  expect(out.historyAges[HISTORY]).toBeLessThan(out.historyAges[HISTORY + 1]!)
  expect(out.historyItems.subarray(0, HISTORY).every(item => item === 0)).toBe(true)
  expect(out.hour[1]).toBe(15)
  expect(out.surface[1]).toBe(surfaceBucket('home'))
})

it('is finite and the same for the same facts, for a newcomer too', () => {
  for (const state of [emptyUserState(), stateAfter(['impression', 1, NOW + HOUR])]) {
    const rows = [viewerFeatures(1), viewerFeatures(1)]
    const facts = { state, attributes: attributeBuckets(undefined), surface: 0, now: NOW }
    for (const out of rows) fillViewer(out, 0, facts, catalogue)
    expect(rows[0]).toEqual(rows[1])
    expect(rows[0]!.dense).toHaveLength(VIEWER_DENSE)
    expect(rows[0]!.dense.every(Number.isFinite)).toBe(true)
  }
})

it('does not care in which order attributes are named', () => {
  const one = attributeBuckets({ id: 'u', attributes: { a: '1', b: '2' } })
  expect(attributeBuckets({ id: 'u', attributes: { b: '2', a: '1' } })).toEqual(one)
  expect(attributeBuckets({ id: 'u', attributes: { a: '1', b: '3' } })).not.toEqual(one)
})

it('rates long views by long views and skips where impressions were not recorded', () => {
  const rate = (state = emptyUserState()): number => {
    const out = viewerFeatures(1)
    fillViewer(
      out,
      0,
      { state, attributes: attributeBuckets(undefined), surface: 0, now: NOW },
      catalogue,
    )
    return Math.exp(out.dense[9]!)
  }
  const watched = stateAfter(['long_view', 0, NOW - 3], ['skip', 1, NOW - 2], ['skip', 2, NOW - 1])
  expect(rate(watched)).toBeCloseTo(1.5 / 8, 6)
  expect(rate(stateAfter(['long_view', 0, NOW - 3]))).toBeLessThan(1)
})
