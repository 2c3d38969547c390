import { type Catalogue, ITEM_ATTRIBUTES, ITEM_TOPICS } from '../catalogue.ts'
import { affinityRow, decayed } from './affinity.ts'
import { field, recent } from './counters.ts'
import { authorBucket, log2Bucket, topicBucket } from './feature-buckets.ts'
import {
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  type CandidateFeatures,
  DURATION_BUCKETS,
  type ItemFeatures,
} from './features.ts'
import type { Affinity, UserState } from './user-state.ts'

/** Fills the content row of `item` (an ordinal). */
export const fillItem = (
  out: ItemFeatures,
  row: number,
  item: number,
  catalogue: Catalogue,
): void => {
  out.items[row] = item + 1
  out.authors[row] = authorBucket(catalogue.authors[item]!)
  for (let i = 0; i < ITEM_TOPICS; i++) {
    out.topics[row * ITEM_TOPICS + i] = topicBucket(catalogue.topics[item * ITEM_TOPICS + i]!)
  }
  for (let i = 0; i < ITEM_ATTRIBUTES; i++) {
    out.attributes[row * ITEM_ATTRIBUTES + i] = catalogue.attributes[item * ITEM_ATTRIBUTES + i]!
  }
  const seconds = catalogue.durations[item]! / 1000
  out.durations[row] = seconds > 0 ? log2Bucket(seconds, DURATION_BUCKETS) : 0
}

const IMPRESSIONS = field('impressions')
const RECENT_IMPRESSIONS = field('recentImpressions')
const RECENT_CLICKS = field('recentClicks')
const LONG_VIEWS = field('longViews')
const SKIPS = field('skips')
/** Counters whose rate per impression is a feature. */
const RATED = ['clicks', 'longViews', 'likes', 'saves', 'shares', 'seeLess'] as const
const RATED_FIELDS = RATED.map(field)
/** Recorded of histories without impressions, too: their rate is per long view or skip where that is more. */
const WATCHED = RATED.map(name => name === 'longViews' || name === 'likes')

/** The part of a viewer's state that pairs are made of. */
export type Interests = Pick<UserState, 'history' | 'topics' | 'authors'>

/**
 * Fills one pair. `counters` is the item's counter row (COUNTERS values from `at`), `viewerRow` the
 * viewer's row in the ViewerFeatures that go with it. Allocates nothing.
 */
export const fillCandidate = (
  out: CandidateFeatures,
  row: number,
  item: number,
  counters: Float64Array,
  at: number,
  viewerRow: number,
  state: Interests,
  now: number,
  catalogue: Catalogue,
): void => {
  fillItem(out, row, item, catalogue)
  out.viewer[row] = viewerRow

  const d = row * CANDIDATE_DENSE
  const shown = counters[at + IMPRESSIONS]!
  const recentShown = recent(counters[at + RECENT_IMPRESSIONS]!, now)
  const recentClicks = recent(counters[at + RECENT_CLICKS]!, now)
  const watched = Math.max(shown, counters[at + LONG_VIEWS]! + counters[at + SKIPS]!)
  out.dense[d] = Math.log1p(shown)
  for (let i = 0; i < RATED_FIELDS.length; i++) {
    const count = Math.max(0, counters[at + RATED_FIELDS[i]!]!)
    out.dense[d + 1 + i] = Math.log1p(count)
    out.dense[d + 7 + i] = Math.log((count + 0.5) / ((WATCHED[i] ? watched : shown) + 10))
  }
  out.dense[d + 18] = Math.log1p(watched)
  out.dense[d + 13] = Math.log1p(recentShown)
  out.dense[d + 14] = Math.log1p(recentClicks)
  out.dense[d + 15] = Math.log((recentClicks + 0.5) / (recentShown + 2))
  const created = catalogue.createdAt[item]!
  out.dense[d + 16] = created > 0 ? Math.log1p(Math.max(0, now - created) / 3_600_000) : -1
  out.dense[d + 17] = catalogue.risks[item]!

  const x = row * CANDIDATE_CROSS
  const author = catalogue.authors[item]!
  fillAffinity(out.cross, x, state.authors, affinityRow(state.authors, author), now)
  const best = bestTopic(state.topics, item, catalogue, now)
  fillAffinity(out.cross, x + 4, state.topics, best, now)
  let sameAuthor = 0
  let sameTopic = 0
  const topic = catalogue.topics[item * ITEM_TOPICS]!
  const { history } = state
  for (let i = 0; i < history.length; i++) {
    const other = history.items[i]!
    if (catalogue.authors[other] === author) sameAuthor++
    if (topic !== 0 && catalogue.topics[other * ITEM_TOPICS] === topic) sameTopic++
  }
  out.cross[x + 8] = Math.log1p(sameAuthor)
  out.cross[x + 9] = Math.log1p(sameTopic)
  out.cross[x + 10] = history.length > 0 ? sameTopic / history.length : 0
  out.cross[x + 11] = matchedTopics(state.topics, item, catalogue)
}

/** Four values: shown, engaged (log1p, decayed), smoothed log-odds, log hours since the last time. */
const fillAffinity = (
  out: Float32Array,
  at: number,
  affinity: Affinity,
  row: number,
  now: number,
): void => {
  const shown = row < 0 ? 0 : decayed(affinity.shown[row]!, affinity.times[row]!, now)
  const engaged = row < 0 ? 0 : decayed(affinity.engaged[row]!, affinity.times[row]!, now)
  out[at] = Math.log1p(shown)
  out[at + 1] = Math.log1p(engaged)
  out[at + 2] = Math.log((engaged + 0.5) / (shown + 1))
  out[at + 3] = row < 0 ? -1 : Math.log1p(Math.max(0, now - affinity.times[row]!) / 3_600_000)
}

const bestTopic = (affinity: Affinity, item: number, catalogue: Catalogue, now: number): number => {
  let best = -1
  let most = -1
  for (let i = 0; i < ITEM_TOPICS; i++) {
    const row = affinityRow(affinity, catalogue.topics[item * ITEM_TOPICS + i]!)
    if (row < 0) continue
    const engaged = decayed(affinity.engaged[row]!, affinity.times[row]!, now)
    if (engaged > most) {
      most = engaged
      best = row
    }
  }
  return best
}

const matchedTopics = (affinity: Affinity, item: number, catalogue: Catalogue): number => {
  let matched = 0
  for (let i = 0; i < ITEM_TOPICS; i++) {
    if (affinityRow(affinity, catalogue.topics[item * ITEM_TOPICS + i]!) >= 0) matched++
  }
  return matched
}
