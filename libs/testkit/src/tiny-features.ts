import {
  candidateFeatures,
  type CandidateFeatures,
  type Catalogue,
  COUNTERS,
  emptyUserState,
  EVENT_TYPES,
  fillCandidate,
  fillViewer,
  USER_ATTRIBUTES,
  type UserState,
  viewerFeatures,
  type ViewerFeatures,
} from '@explore/explore'
import { TINY_NOW } from './tiny-catalogue.ts'

/** A viewer who liked `items`, oldest first, a minute apart. */
const liked = (items: readonly number[]): UserState => {
  const state = emptyUserState()
  state.history.length = items.length
  state.history.items.set(items)
  state.history.kinds.fill(1 << EVENT_TYPES.indexOf('like'))
  state.history.times.set(items.map((_, i) => TINY_NOW - (items.length - i) * 60_000))
  return state
}

/** Features of one viewer per history of liked items. */
export const viewersOf = (
  catalogue: Catalogue,
  ...histories: readonly (readonly number[])[]
): ViewerFeatures => {
  const features = viewerFeatures(histories.length)
  const attributes = new Int32Array(USER_ATTRIBUTES)
  histories.forEach((items, row) => {
    const facts = { state: liked(items), attributes, surface: 0, now: TINY_NOW }
    fillViewer(features, row, facts, catalogue)
  })
  return features
}

/** Features of `items` as candidates of one viewer, all of their counters at zero. */
export const candidatesOf = (
  catalogue: Catalogue,
  items: Iterable<number>,
  history: readonly number[] = [],
): CandidateFeatures => {
  const all = [...items]
  const features = candidateFeatures(all.length)
  const counters = new Float64Array(COUNTERS)
  const state = liked(history)
  all.forEach((item, row) =>
    fillCandidate(features, row, item, counters, 0, 0, state, TINY_NOW, catalogue),
  )
  return features
}
