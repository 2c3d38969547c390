import { describe, expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { auc } from './auc.ts'
import { calibrationError, calibrationRatio } from './calibration.ts'
import { groupedAuc } from './grouped-auc.ts'
import { headFigures } from './head-figures.ts'
import { normalisedEntropy } from './log-loss.ts'
import { userBootstrap } from './user-bootstrap.ts'

const random = rng(3)
const ROWS = 4000
const users = Uint32Array.from({ length: ROWS }, () => random.int(300))
// Rounded, so that there are ties.
const p = Float64Array.from({ length: ROWS }, () => Math.round(random.uniform() * 50) / 50)
const y = p.map(chance => Number(random.uniform() < chance ** 2))

describe('headFigures', () => {
  it('agrees with the plain metrics', () => {
    const figures = headFigures(p, y, users).of()
    expect(figures.auc).toBeCloseTo(auc(p, y), 12)
    expect(figures.gauc).toBeCloseTo(groupedAuc(p, y, users), 12)
    expect(figures.ne).toBeCloseTo(normalisedEntropy(p, y), 12)
    expect(figures.calibration).toBeCloseTo(calibrationRatio(p, y), 12)
    expect(figures.ece).toBeCloseTo(calibrationError(p, y), 12)
  })

  it('weighs a user as if its rows were there as often', () => {
    const prepared = headFigures(p, y, users)
    const order = [...new Set(users)]
    const weights = Uint8Array.from({ length: prepared.users }, (_, i) => i % 3)
    const taken = Array.from(users.keys()).flatMap(row =>
      Array.from({ length: weights[order.indexOf(users[row])] }, () => row),
    )
    const of = (values: ArrayLike<number>) => taken.map(row => values[row])
    const weighted = prepared.of(weights)
    expect(weighted.auc).toBeCloseTo(auc(of(p), of(y)), 12)
    expect(weighted.ne).toBeCloseTo(normalisedEntropy(of(p), of(y)), 12)
    expect(weighted.calibration).toBeCloseTo(calibrationRatio(of(p), of(y)), 12)
  })

  it('counts users without positives as 0 in nDCG, and not at all in GAUC', () => {
    const { ndcg5, gaucByPositives, withinUser } = headFigures(
      [0.9, 0.8, 0.1, 0.5, 0.4, 0.7, 0.6, 0.5],
      [1, 0, 1, 0, 0, 0, 1, 0],
      [7, 7, 7, 8, 8, 9, 9, 9],
    ).of()
    const first = (1 + 1 / Math.log2(4)) / (1 + 1 / Math.log2(3))
    const third = 1 / Math.log2(3)
    expect(ndcg5).toBeCloseTo((first + 0 + third) / 3, 12)
    expect(gaucByPositives).toBeCloseTo((2 * 0.5 + 1 * 0.5) / 3, 12)
    expect(withinUser).toBeCloseTo((ndcg5 + gaucByPositives) / 2, 12)
  })

  it('has no AUC of one class, and no NaN beside it', () => {
    const { auc: area, gauc, ndcg5, ece } = headFigures([0.2, 0.4], [0, 0], [1, 2]).of()
    expect([area, gauc]).toEqual([NaN, NaN])
    expect([ndcg5, ece]).toEqual([0, expect.closeTo(0.3, 12)])
  })
})

describe('userBootstrap', () => {
  it('covers the figure, and is wide where users are few', () => {
    const width = (people: number): number => {
      const rows = Array.from(users.keys()).filter(row => users[row] < people)
      const of = (values: ArrayLike<number>) => rows.map(row => values[row])
      const prepared = headFigures(of(p), of(y), of(users))
      const { auc: interval } = userBootstrap(prepared.users, prepared.of, { random: rng(1) })
      const { auc: value } = prepared.of()
      expect(interval.low).toBeLessThan(value)
      expect(interval.high).toBeGreaterThan(value)
      return interval.high - interval.low
    }
    expect(width(30)).toBeGreaterThan(2 * width(300))
  })
})
