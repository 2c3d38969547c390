import { HEADS, settingsFrom } from '@explore/explore'
import type { BundleQuality } from '@explore/learn'
import { describe, expect, it } from 'vitest'
import { failuresOf, judge } from './gates.ts'

const settings = settingsFrom()

const head = (positives: number, ne: number, calibration: number) => ({
  ...{ positives, ne, calibration, rate: 0.1, auc: 0.7, gauc: 0.6, logLoss: 0.3, ece: 0.01 },
})

const quality = (changes: Partial<BundleQuality> = {}): BundleQuality => ({
  impressions: 10_000,
  heads: Object.fromEntries(
    HEADS.map((name, i) => [name, head(i < 2 ? 1000 : 10, 0.8, 1)]),
  ) as unknown as BundleQuality['heads'],
  ...{ queries: 500, recall: 0.3, requests: 200, survival: 0.95, broken: undefined },
  ...changes,
})

const withClick = (positives: number, ne: number, calibration: number): BundleQuality =>
  quality({ heads: { ...quality().heads, click: head(positives, ne, calibration) } })

const failures = (candidate: BundleQuality, current?: BundleQuality, drift?: number) =>
  failuresOf(
    judge(
      { candidate, ...(current && { current }), ...(drift !== undefined && { drift }) },
      settings,
    ),
  )

describe('gates', () => {
  it('let pass what is as good as the current bundle', () => {
    expect(failures(quality())).toEqual([])
    expect(failures(quality(), quality(), 0.01)).toEqual([])
    expect(judge({ candidate: quality() }, settings)).not.toContainEqual(
      expect.objectContaining({ of: 'save' }),
    )
  })

  it.each([
    ['NE of click is 1.01, wanted ≤ 1', withClick(1000, 1.01, 1), undefined],
    ['NE of click is 0.85, wanted ≤ 0.84', withClick(1000, 0.85, 1), quality()],
    ['recall of @100 is 0.26, wanted ≥ 0.27', quality({ recall: 0.26 }), quality()],
    ['recall of @100 is NaN, wanted ≥ 0.27', quality({ recall: NaN }), quality()],
    ['survival of @100@25 is 0.79, wanted ≥ 0.8', quality({ survival: 0.79 }), undefined],
    ['calibration of click is 1.4, wanted 0.833 … 1.2', withClick(1000, 0.8, 1.4), undefined],
    ['calibration of click is 0.7, wanted 0.833 … 1.2', withClick(1000, 0.8, 0.7), undefined],
    ['second-stage like is not a number', quality({ broken: 'second-stage like' }), undefined],
  ])('say: %s', (message, candidate, current) =>
    expect(failures(candidate, current)).toEqual([message]),
  )

  it('say that values drifted', () =>
    expect(failures(quality(), quality(), 0.3)).toEqual([
      'drift of value, PSI is 0.3, wanted ≤ 0.25',
    ]))

  it('fail where NE or calibration is NaN', () =>
    expect(failures(withClick(1000, NaN, NaN))).toHaveLength(2))

  it('know that few positives are noisy, and that very few say nothing', () => {
    expect(failures(withClick(120, 0.8, 1.3))).toEqual([])
    expect(failures(withClick(12_000, 0.8, 1.3))).toHaveLength(1)
    expect(failures(withClick(20, 7, 9))).toEqual([])
  })

  it('leave out what too few viewers cannot tell', () =>
    expect(
      failures(quality({ queries: 20, recall: 0, requests: 20, survival: 0 }), quality()),
    ).toEqual([]))
})
