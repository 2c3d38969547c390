import { describe, expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { auc } from './auc.ts'
import { bootstrap } from './bootstrap.ts'
import { calibrationError, calibrationRatio } from './calibration.ts'
import { groupedAuc } from './grouped-auc.ts'
import { logLoss, normalisedEntropy } from './log-loss.ts'
import { ndcgAt, recallAt } from './top-k.ts'

describe('auc', () => {
  it('counts the pairs in the right order', () => {
    // Positives .9 and .4 against negatives .5 and .1: three of four pairs.
    expect(auc([0.9, 0.5, 0.4, 0.1], [1, 0, 1, 0])).toBe(0.75)
    expect(auc([NaN, 1, NaN], [1, 0, 0])).toBeNaN()
    expect(auc([3, 2, 1], [1, 1, 0])).toBe(1)
    expect(auc([1, 2, 3], [1, 1, 0])).toBe(0)
  })

  it('counts a tie as half', () => {
    expect(auc([1, 1, 1, 1], [1, 0, 0, 1])).toBe(0.5)
    // .5 ties with one negative and beats the other.
    expect(auc([0.5, 0.5, 0.2], [1, 0, 0])).toBe(0.75)
  })

  it('is undefined without both labels', () => {
    expect(auc([1, 2], [1, 1])).toBeNaN()
    expect(auc([1, 2], [0, 0])).toBeNaN()
  })
})

describe('groupedAuc', () => {
  it('weighs groups by rows and leaves out those of one label', () => {
    const groups = [7, 7, 7, 9, 9, 4]
    const labels = [1, 0, 0, 0, 1, 1]
    const scores = [3, 2, 1, 5, 4, 9]
    // Group 7 is perfect (3 rows), group 9 is reversed (2 rows), group 4 has no negative.
    expect(groupedAuc(scores, labels, groups)).toBeCloseTo(3 / 5, 12)
    expect(groupedAuc([1], [1], [0])).toBeNaN()
  })
})

describe('log loss', () => {
  it('is the mean negative log-likelihood', () => {
    expect(logLoss([0.8, 0.4], [1, 0])).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6)) / 2, 12)
  })

  it('stays finite for a sure mistake', () => {
    expect(logLoss([0], [1])).toBeCloseTo(-Math.log(1e-7), 6)
  })

  it('is 1 relative to the base rate when it predicts the base rate', () => {
    expect(normalisedEntropy([0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0])).toBeCloseTo(1, 12)
    expect(normalisedEntropy([0.7, 0.1, 0.1, 0.1], [1, 0, 0, 0])).toBeLessThan(1)
    expect(normalisedEntropy([0.1, 0.7, 0.7, 0.7], [1, 0, 0, 0])).toBeGreaterThan(1)
  })
})

describe('calibration', () => {
  it('compares sums', () => {
    expect(calibrationRatio([0.5, 0.5, 0.5], [1, 0, 0])).toBeCloseTo(1.5, 12)
    expect(calibrationRatio([0.5], [0])).toBe(Infinity)
  })

  it('compares rates bin by bin, in the order of predictions', () => {
    // Bins {.1, .2} and {.8, .9} observe 0 and 1: gaps of .3 and .3 over 4 rows.
    expect(calibrationError([0.9, 0.1, 0.8, 0.2], [1, 0, 1, 0], 2)).toBeCloseTo(0.6 / 4, 12)
    // Over- and underestimates of one bin cancel; those of different bins do not.
    expect(calibrationError([0.5, 0.5], [1, 0], 1)).toBe(0)
    expect(calibrationError([0.4, 0.6], [1, 0], 2)).toBeCloseTo(0.6, 12)
  })
})

describe('top k', () => {
  const relevant = new Set([2, 5, 8])

  it('recalls what is among the first k', () => {
    expect(recallAt([5, 1, 2, 9, 8], relevant, 2)).toBeCloseTo(1 / 3, 12)
    expect(recallAt([5, 1, 2, 9, 8], relevant, 99)).toBe(1)
    expect(recallAt([5], new Set(), 1)).toBeNaN()
  })

  it('discounts the gain by place', () => {
    const best = 1 + 1 / Math.log2(3)
    expect(ndcgAt([1, 5, 2], relevant, 2)).toBeCloseTo(1 / Math.log2(3) / best, 12)
    expect(ndcgAt([8, 2, 5], relevant, 10)).toBeCloseTo(1, 12)
    expect(ndcgAt([8], relevant, 3)).toBeCloseTo(1 / (best + 0.5), 12)
  })
})

describe('bootstrap', () => {
  it('finds the spread of a mean over groups, not rows', () => {
    const random = rng(5)
    const groups: number[] = []
    const values: number[] = []
    for (let group = 0; group < 100; group++) {
      const value = random.normal()
      for (let row = 0; row < 20; row++) {
        groups.push(group)
        values.push(value)
      }
    }
    const mean = (rows: readonly number[]) =>
      rows.reduce((sum, row) => sum + values[row], 0) / rows.length
    const { low, high } = bootstrap(groups, mean, { random: rng(6), samples: 400 })
    // A mean of 100 draws deviates by 0.1; were the 2,000 rows independent, by 0.022.
    expect(high - low).toBeGreaterThan(0.3)
    expect(high - low).toBeLessThan(0.5)
    expect(bootstrap(groups, mean, { random: rng(6), samples: 400 })).toEqual({ low, high })
  })
})
