import type { Fallback, Lookup } from '@explore/pipeline'
import type { FirstStage } from '../ports.ts'
import type { Retrieved } from '../retrieved.ts'
import type { Viewer } from '../viewer.ts'
import { allFinite } from './all-finite.ts'

/** The first stage's opinion: higher ranks better, comparable within one request only. */
export type Light = { readonly light: Float32Array }

/** Light two-tower ranker, distilled from the second stage: thousands in, one dot product each. */
export const firstStage = (model: FirstStage): Lookup<Viewer, Retrieved, Light> => ({
  name: 'first stage',
  load: async ({ items }, { features }) => {
    const light = await model.score(features, items)
    if (!allFinite(light)) throw new RangeError('a score is not a number')
    return { light }
  },
})

/** Without a first stage the mixed order of the sources stands. */
export const retrievalOrder: Fallback<Viewer, Retrieved, Light> = {
  rung: 'retrieval order',
  load: ({ mixed }) => ({ light: mixed }),
}
