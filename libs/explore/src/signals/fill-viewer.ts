import { type Catalogue, ITEM_TOPICS } from '../catalogue.ts'
import { authorBucket, log2Bucket, topicBucket } from './feature-buckets.ts'
import { AGE_BUCKETS, USER_ATTRIBUTES, VIEWER_DENSE, type ViewerFeatures } from './features.ts'
import { historyKind } from './history-kind.ts'
import { COUNTS, HISTORY, type UserState } from './user-state.ts'
import { watched } from './watched.ts'

/** What a viewer's features are made of, all as of `now`. */
export interface ViewerFacts {
  readonly state: UserState
  /** From `attributeBuckets`. */
  readonly attributes: Int32Array
  /** From `surfaceBucket`. */
  readonly surface: number
  readonly now: number
}

/** Recorded of histories without impressions, too: see fillCandidate. */
const WATCHED = COUNTS.map(name => name === 'long_view' || name === 'like' || name === 'skip')

/** Fills one row. Allocates nothing. */
export const fillViewer = (
  out: ViewerFeatures,
  row: number,
  { state, attributes, surface, now }: ViewerFacts,
  catalogue: Catalogue,
): void => {
  const { history } = state
  const base = row * HISTORY
  for (let i = 0; i < HISTORY; i++) {
    const at = history.length - 1 - i
    const item = at >= 0 ? history.items[at]! : -1
    const known = item >= 0
    out.historyItems[base + i] = known ? item + 1 : 0
    out.historyAuthors[base + i] = known ? authorBucket(catalogue.authors[item]!) : 0
    out.historyTopics[base + i] = known ? topicBucket(catalogue.topics[item * ITEM_TOPICS]!) : 0
    out.historyKinds[base + i] = known ? historyKind(history.kinds[at]!) : 0
    out.historyAges[base + i] = known
      ? log2Bucket((now - history.times[at]!) / 60_000, AGE_BUCKETS)
      : 0
  }
  out.attributes.set(attributes, row * USER_ATTRIBUTES)
  out.surface[row] = surface
  out.hour[row] = new Date(now).getUTCHours()

  const dense = out.dense.subarray(row * VIEWER_DENSE, (row + 1) * VIEWER_DENSE)
  const shown = state.counts[0]!
  const met = watched(state.counts)
  for (let i = 0; i < COUNTS.length; i++) dense[i] = Math.log1p(state.counts[i]!)
  // Smoothed log-odds of each reaction per impression; the priors only keep the first impressions calm.
  for (let i = 1; i < COUNTS.length; i++) {
    const trials = WATCHED[i] ? met : shown
    dense[COUNTS.length - 1 + i] = Math.log((state.counts[i]! + 0.5) / (trials + 5))
  }
  dense[15] =
    Math.log1p(Math.max(0, now - state.firstSeen) / 3_600_000) * (state.firstSeen > 0 ? 1 : 0)
  dense[16] = Math.log1p(Math.max(0, now - state.lastSeen) / 60_000) * (state.lastSeen > 0 ? 1 : 0)
  dense[17] = history.length / HISTORY
  dense[18] = state.topics.length / state.topics.keys.length
  dense[19] = Math.log1p(state.blocked.length)
}
