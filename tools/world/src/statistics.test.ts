import { describe, expect, test } from 'vitest'
import {
  areaUnderCurve,
  gini,
  intraClassCorrelation,
  normalisedEntropy,
  topShare,
} from './statistics.ts'

describe('intraClassCorrelation', () => {
  test('is 1 when groups agree within, and negative when they only differ within', () => {
    expect(intraClassCorrelation([0, 0, 1, 1], [1, 1, 0, 0])).toBe(1)
    expect(intraClassCorrelation([0, 0, 1, 1], [0, 1, 0, 1])).toBe(-1)
  })

  test('agrees with a worked example (Shrout and Fleiss, 1979, table 2: 0.17)', () => {
    const ratings = [
      [9, 2, 5, 8],
      [6, 1, 3, 2],
      [8, 4, 6, 8],
      [7, 1, 2, 6],
      [10, 5, 6, 9],
      [6, 2, 4, 7],
    ]
    const groups = ratings.flatMap((row, group) => row.map(() => group))
    expect(intraClassCorrelation(groups, ratings.flat())).toBeCloseTo(0.17, 2)
  })
})

describe('concentration', () => {
  test('of even counts is none', () => {
    expect(gini([3, 3, 3, 3])).toBeCloseTo(0, 12)
    expect(topShare([3, 3, 3, 3], 0.25)).toBeCloseTo(0.25, 12)
  })

  test('of all in one is the most that so many can have', () => {
    expect(gini([0, 0, 0, 8])).toBeCloseTo(0.75, 12)
    expect(topShare([0, 0, 0, 8], 0.25)).toBe(1)
  })
})

describe('areaUnderCurve', () => {
  test('counts ordered pairs, ties by half', () => {
    expect(areaUnderCurve(Float64Array.of(1, 2, 3, 4), [0, 0, 1, 1])).toBe(1)
    expect(areaUnderCurve(Float64Array.of(1, 2, 3, 4), [1, 0, 1, 0])).toBe(0.25)
    expect(areaUnderCurve(Float64Array.of(5, 5, 5, 5), [1, 0, 1, 0])).toBe(0.5)
  })
})

describe('normalisedEntropy', () => {
  test('is 1 for the base rate, less for what knows more', () => {
    expect(normalisedEntropy([0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0])).toBeCloseTo(1, 12)
    expect(normalisedEntropy([0.7, 0.1, 0.1, 0.1], [1, 0, 0, 0])).toBeLessThan(0.4)
  })
})
