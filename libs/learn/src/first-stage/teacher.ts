import {
  CANDIDATE_DENSE,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  fillCandidate,
  groupOf,
  HEADS,
  type SecondStage,
  type Settings,
  type UserState,
  valueWeights,
} from '@explore/explore'
import type { RequestSnapshot } from '../examples/request-sample.ts'
import type { ViewerRows } from '../examples/viewer-rows.ts'

/** A request with its viewer's state decoded. */
export interface Asked extends Omit<RequestSnapshot, 'state'> {
  readonly state: UserState
}

/** Values of each request's candidates. */
export type Teacher = (
  requests: readonly Asked[],
  candidates: readonly Uint32Array[],
) => Promise<readonly Float32Array[]>

/**
 * The second stage and the value model, as the funnel runs them, over the candidates of some requests in
 * one run. Viewers are as their requests saw them; what counters say of items is `dense`, the same for all.
 */
export const teacherOf =
  (
    secondStage: SecondStage,
    {
      catalogue,
      viewers,
      dense,
      settings,
    }: {
      readonly catalogue: Catalogue
      readonly viewers: Pick<ViewerRows, 'gather'>
      /** [catalogue.size, CANDIDATE_DENSE] */
      readonly dense: Float32Array
      readonly settings: Settings
    },
  ): Teacher =>
  async (requests, candidates) => {
    const none = new Float64Array(COUNTERS)
    const pairs = candidateFeatures(candidates.reduce((sum, items) => sum + items.length, 0))
    let row = 0
    requests.forEach(({ state, now }, viewer) => {
      for (const item of candidates[viewer]) {
        fillCandidate(pairs, row, item, none, 0, viewer, state, now, catalogue)
        const from = item * CANDIDATE_DENSE
        for (let i = 0; i < CANDIDATE_DENSE; i++) {
          pairs.dense[row * CANDIDATE_DENSE + i] = dense[from + i]
        }
        row++
      }
    })
    const heads = await secondStage.predict(
      viewers.gather(requests.map(({ viewer }) => viewer)),
      pairs,
    )
    let at = 0
    return requests.map(({ state }, i) => {
      const weights = valueWeights(settings, groupOf(state.counts, settings))
      const values = new Float32Array(candidates[i].length)
      for (const head of HEADS) {
        const weight = weights[head]
        const column = heads[head]
        for (let j = 0; j < values.length; j++) values[j] += weight * column[at + j]
      }
      at += values.length
      return values
    })
  }
