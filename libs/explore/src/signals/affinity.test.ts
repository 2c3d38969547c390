import { describe, expect, it } from 'vitest'
import { addAffinity, affinityRow, decayed } from './affinity.ts'
import { AFFINITY_TOPICS, emptyUserState } from './user-state.ts'

const DAY = 86_400_000
const T = 1_790_000_000_000
const table = () => emptyUserState().topics
const rowsOf = (affinity: ReturnType<typeof table>) =>
  Array.from({ length: affinity.length }, (_, row) => [
    affinity.keys[row],
    affinity.shown[row],
    affinity.engaged[row],
  ])

describe('decayed', () => {
  it('halves in two weeks and never grows', () => {
    expect(decayed(8, T, T)).toBe(8)
    expect(decayed(8, T, T + 14 * DAY)).toBeCloseTo(4)
    expect(decayed(8, T, T + 42 * DAY)).toBeCloseTo(1)
    expect(decayed(8, T, T - 42 * DAY)).toBe(8)
  })
})

describe('addAffinity', () => {
  it('adds up by key, decayed to the last time', () => {
    const topics = table()
    addAffinity(topics, 7, 1, 0, T)
    addAffinity(topics, 9, 0, 3, T)
    addAffinity(topics, 7, 1, 3, T + 14 * DAY)
    expect(rowsOf(topics)).toEqual([
      [7, 1.5, 3],
      [9, 0, 3],
    ])
    expect(topics.times[0]).toBe(T + 14 * DAY)
    expect(affinityRow(topics, 9)).toBe(1)
  })

  it('takes late evidence as if it were new', () => {
    const topics = table()
    addAffinity(topics, 7, 1, 3, T)
    addAffinity(topics, 7, 1, 3, T - 100 * DAY)
    expect(rowsOf(topics)).toEqual([[7, 2, 6]])
    expect(topics.times[0]).toBe(T)
  })

  it('has no row for 0, and none below zero', () => {
    const topics = table()
    addAffinity(topics, 0, 1, 1, T)
    expect(topics.length).toBe(0)
    expect(affinityRow(topics, 0)).toBe(-1)
    addAffinity(topics, 7, 0, 1, T)
    addAffinity(topics, 7, 0, -6, T)
    expect(rowsOf(topics)).toEqual([[7, 0, 0]])
  })

  it('gives up the weakest row of a full table, by decayed interest', () => {
    const topics = table()
    const rows = AFFINITY_TOPICS
    for (let key = 1; key <= rows; key++) addAffinity(topics, key, 1, 1, T + key)
    // Stronger than the others, but long ago.
    topics.times[4] = T - 100 * DAY
    topics.engaged[4] = 5
    // Shown often, which counts a tenth of an engagement.
    topics.shown[5] = 9
    topics.engaged[5] = 0
    addAffinity(topics, 1000, 1, 0, T + DAY)
    expect(affinityRow(topics, 5)).toBe(-1)
    expect(affinityRow(topics, 1000)).toBe(4)
    expect(topics.engaged[4]).toBe(0)
    addAffinity(topics, 1001, 1, 0, T + DAY)
    // The one that was never engaged with and shown once.
    expect(affinityRow(topics, 1000)).toBe(-1)
    addAffinity(topics, 1001, 20, 0, T + DAY)
    addAffinity(topics, 1002, 1, 0, T + DAY)
    expect(affinityRow(topics, 6)).toBe(-1)
    expect(topics.length).toBe(rows)
  })

  it('picks the weakest as decaying every row would', () => {
    for (let round = 0; round < 200; round++) {
      const topics = table()
      for (let row = 0; row < AFFINITY_TOPICS; row++) {
        topics.keys[row] = row + 1
        topics.shown[row] = (row * 7 + round) % 11
        topics.engaged[row] = ((row * 5 + round * 3) % 13) / 3
        topics.times[row] = T - ((row * 13 + round * 7) % 97) * DAY
      }
      topics.length = AFFINITY_TOPICS
      const weights = Array.from(topics.keys, (_, row) =>
        decayed(topics.engaged[row]! * 10 + topics.shown[row]!, topics.times[row]!, T),
      )
      addAffinity(topics, 999, 1, 0, T)
      expect(affinityRow(topics, 999)).toBe(weights.indexOf(Math.min(...weights)))
    }
  })
})
