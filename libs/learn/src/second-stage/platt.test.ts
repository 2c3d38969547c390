import { describe, expect, it } from 'vitest'
import { calibrationRatio } from '../metrics/calibration.ts'
import { rng } from '../rng.ts'
import { fitPlatt, IDENTITY, sigmoid } from './platt.ts'

/** Logits that say `slope · z + offset` too little or too much: labels follow the latter. */
const planted = (rows: number, base: number, slope: number, offset: number) => {
  const random = rng(9)
  const logits = Float32Array.from({ length: rows }, () => base + random.normal())
  const labels = Uint8Array.from(logits, z =>
    random.uniform() < sigmoid(slope * z + offset) ? 1 : 0,
  )
  return { logits, labels }
}

describe('fitPlatt', () => {
  it('finds a planted miscalibration', () => {
    const { logits, labels } = planted(20_000, -1, 0.5, -0.7)
    const { slope, offset } = fitPlatt(logits, labels)
    expect(slope).toBeCloseTo(0.5, 1)
    expect(offset).toBeCloseTo(-0.7, 1)
    const before = Float64Array.from(logits, sigmoid)
    const after = Float64Array.from(logits, z => sigmoid(slope * z + offset))
    expect(calibrationRatio(before, labels)).toBeGreaterThan(1.1)
    expect(calibrationRatio(after, labels)).toBeCloseTo(1, 3)
  })

  it('leaves calibrated logits as they are', () => {
    const { logits, labels } = planted(20_000, -1, 1, 0)
    const { slope, offset } = fitPlatt(logits, labels)
    expect(slope).toBeCloseTo(1, 1)
    expect(offset).toBeCloseTo(0, 1)
  })

  it('hardly moves on the word of few positives, and more on that of many', () => {
    // Half of the predicted positives happened: 10 of 20, or 500 of 1,000.
    const few = fitPlatt(
      new Float32Array(2000).fill(-4.595),
      Uint8Array.of(...Array(10).fill(1), ...Array(1990).fill(0)),
    )
    const many = fitPlatt(
      new Float32Array(100_000).fill(-4.595),
      new Uint8Array(100_000).fill(1, 0, 500),
    )
    const rate = ({ slope, offset }: typeof few) => sigmoid(slope * -4.595 + offset)
    expect(rate(many)).toBeCloseTo(0.005, 4)
    expect(rate(few)).toBeGreaterThan(0.0055)
    expect(rate(few)).toBeLessThan(0.008)
  })

  it('changes nothing without rows, and stays finite without positives', () => {
    expect(fitPlatt([], [])).toEqual(IDENTITY)
    const { slope, offset } = fitPlatt(new Float32Array(1000).fill(-3), new Uint8Array(1000))
    expect(sigmoid(slope * -3 + offset)).toBeGreaterThan(0.001)
    expect(sigmoid(slope * -3 + offset)).toBeLessThan(0.047)
  })
})
