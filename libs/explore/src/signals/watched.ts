import { COUNTS } from './user-state.ts'

const IMPRESSION = COUNTS.indexOf('impression')
const LONG_VIEW = COUNTS.indexOf('long_view')
const SKIP = COUNTS.indexOf('skip')

/** Items that a viewer is known to have been shown, from `UserState.counts`: imported histories have no impressions. */
export const watched = (counts: ArrayLike<number>): number =>
  Math.max(counts[IMPRESSION]!, counts[LONG_VIEW]! + counts[SKIP]!)
