import { CANDIDATE_CROSS, CANDIDATE_DENSE, VIEWER_DENSE } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import type { Examples } from '../examples/replay.ts'
import { type Scale, scaleOf } from './standardise.ts'

/** Rows that the constants are estimated on. */
const ENOUGH = 20_000

export interface Scales {
  readonly viewer: Scale
  readonly dense: Scale
  readonly cross: Scale
}

/** Standardisation of the dense inputs, from evenly spaced `rows`. */
export const scalesOf = (examples: Examples, rows: Uint32Array): Scales => {
  const every = Math.ceil(rows.length / ENOUGH)
  const { viewers, candidates } = rankingBatch(
    examples,
    rows.filter((_, i) => i % every === 0),
  )
  return {
    viewer: scaleOf(viewers.dense, VIEWER_DENSE),
    dense: scaleOf(candidates.dense, CANDIDATE_DENSE),
    cross: scaleOf(candidates.cross, CANDIDATE_CROSS),
  }
}
