import { CANDIDATE_CROSS, CANDIDATE_DENSE, VIEWER_DENSE } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import type { Examples } from '../examples/replay.ts'
import { type Bins, binsOf } from './quantile-bins.ts'
import { type Scale, scaleOf } from './standardise.ts'

/** Rows that the constants are estimated on. */
const ENOUGH = 20_000

/** How a group of dense inputs is distributed. */
export type Spread = Scale & Bins

export interface Scales {
  readonly viewer: Spread
  /** The candidate's dense features, then the crosses. */
  readonly pair: Spread
}

/** How the dense inputs are distributed in evenly spaced `rows`. */
export const scalesOf = (examples: Examples, rows: Uint32Array): Scales => {
  const every = Math.ceil(rows.length / ENOUGH)
  const { viewers, candidates } = rankingBatch(
    examples,
    rows.filter((_, i) => i % every === 0),
  )
  return {
    viewer: spreadOf(viewers.dense, VIEWER_DENSE),
    pair: joined(
      spreadOf(candidates.dense, CANDIDATE_DENSE),
      spreadOf(candidates.cross, CANDIDATE_CROSS),
    ),
  }
}

const spreadOf = (values: Float32Array, width: number): Spread => ({
  ...scaleOf(values, width),
  ...binsOf(values, width),
})

const joined = (a: Spread, b: Spread): Spread => ({
  mean: Float32Array.of(...a.mean, ...b.mean),
  deviation: Float32Array.of(...a.deviation, ...b.deviation),
  from: Float32Array.of(...a.from, ...b.from),
  slope: Float32Array.of(...a.slope, ...b.slope),
})
