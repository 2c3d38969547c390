import { allRows, type Fallback, type Lookup } from '@explore/pipeline'
import { COUNTERS } from '../signals/counters.ts'
import { candidateFeatures } from '../signals/features.ts'
import { fillCandidate } from '../signals/fill-candidate.ts'
import type { Stores } from '../stores.ts'
import { type Head, HEADS } from '../types.ts'
import type { Viewer } from '../viewer.ts'
import { allFinite } from './all-finite.ts'
import type { Light } from './first-stage.ts'

/** One calibrated probability column per head. */
export type Heads = { readonly [H in Head]: Float32Array }

/** Heavy multi-task ranker with user-item features, on the best of the first stage. */
export const secondStage = ({ state, catalogue, bundle }: Stores): Lookup<Viewer, {}, Heads> => ({
  name: 'second stage',
  load: async ({ length, items }, viewer, { now }) => {
    const counters = await state.counters(items)
    const candidates = candidateFeatures(length)
    for (let row = 0; row < length; row++) {
      fillCandidate(
        candidates,
        row,
        items[row]!,
        counters,
        row * COUNTERS,
        0,
        viewer.state,
        now,
        catalogue,
      )
    }
    return numbers(await bundle.secondStage.predict(viewer.features, candidates))
  },
})

/** A model that answers NaN has failed: nothing may be ranked by it. */
const numbers = (heads: Heads): Heads => {
  for (const head of HEADS) {
    if (!allFinite(heads[head])) throw new RangeError(`P(${head}) is not a number`)
  }
  return heads
}

/** Without a second stage the first stage's order stands: a click probability that falls with the rank. */
export const firstStageOrder: Fallback<Viewer, Light, Heads> = {
  rung: 'first-stage order',
  load: ({ length, light }) => {
    const rows = allRows(light.length).sort((a, b) => light[b]! - light[a]! || a - b)
    const heads = Object.fromEntries(HEADS.map(head => [head, new Float32Array(length)])) as Heads
    rows.forEach((row, rank) => (heads.click[row] = (length - rank) / (length + 1)))
    return heads
  },
}
