import {
  CANDIDATE_DENSE,
  candidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  fillCandidate,
  type Millis,
} from '@explore/explore'

/** What counters say of every item at `now`: `candidate.dense` of the whole catalogue, by ordinal. */
export const denseOfItems = (
  catalogue: Catalogue,
  counters: Float64Array,
  now: Millis,
): Float32Array => {
  const dense = new Float32Array(catalogue.size * CANDIDATE_DENSE)
  const row = candidateFeatures(1)
  const nobody = emptyUserState()
  for (let item = 0; item < catalogue.size; item++) {
    fillCandidate(row, 0, item, counters, item * COUNTERS, 0, nobody, now, catalogue)
    dense.set(row.dense, item * CANDIDATE_DENSE)
  }
  return dense
}
