import {
  type Catalogue,
  ITEM_ATTRIBUTES,
  ITEM_ATTRIBUTE_BUCKETS,
  ITEM_TOPICS,
} from '../catalogue.ts'
import { bucket } from '../hash.ts'
import { EVENT_TYPES, type User } from '../types.ts'
import { field, recent } from './counters.ts'
import { type Affinity, COUNTS, HISTORY, type UserState } from './user-state.ts'
import { affinityRow, decayed } from './affinity.ts'

/**
 * The one feature schema: the trainer replays the log through these functions and the server calls them,
 * so a model cannot see in training what it will not see in serving.
 * Names and widths here are the input signature of every model in a bundle.
 */
export const FEATURES_VERSION = 1

export const USER_ATTRIBUTES = 32
export const USER_ATTRIBUTE_BUCKETS = 4096
export const AUTHOR_BUCKETS = 8192
export const TOPIC_BUCKETS = 1024
export const SURFACE_BUCKETS = 64
export const AGE_BUCKETS = 24
export const DURATION_BUCKETS = 16
/** Kinds of a history entry, by its strongest reaction; 0 = padding. */
export const HISTORY_KINDS = [
  'none',
  'click',
  'long_view',
  'like',
  'save',
  'share',
  'follow',
  'see_less',
] as const
export const VIEWER_DENSE = 20
export const CANDIDATE_DENSE = 18
export const CANDIDATE_CROSS = 12

export { ITEM_ATTRIBUTES, ITEM_ATTRIBUTE_BUCKETS, ITEM_TOPICS }

/** Features of `rows` viewers, row-major. History runs from the newest entry to the oldest, 0-padded. */
export interface ViewerFeatures {
  readonly rows: number
  /** [rows, HISTORY] ordinal + 1, 0 = padding. */
  readonly historyItems: Int32Array
  /** [rows, HISTORY] author bucket. */
  readonly historyAuthors: Int32Array
  /** [rows, HISTORY] bucket of the most specific topic. */
  readonly historyTopics: Int32Array
  /** [rows, HISTORY] index in HISTORY_KINDS. */
  readonly historyKinds: Int32Array
  /** [rows, HISTORY] bucket of the entry's age, log2 of minutes. */
  readonly historyAges: Int32Array
  /** [rows, USER_ATTRIBUTES] buckets, 0 = none. */
  readonly attributes: Int32Array
  /** [rows] bucket of the surface. */
  readonly surface: Int32Array
  /** [rows] hour of the day, UTC. */
  readonly hour: Int32Array
  /** [rows, VIEWER_DENSE] */
  readonly dense: Float32Array
}

/** Static content of `rows` items: all that the item towers see. */
export interface ItemFeatures {
  readonly rows: number
  /** [rows] ordinal + 1; 0 = unknown to the model (dropped id, or newer than the model). */
  readonly items: Int32Array
  /** [rows] */
  readonly authors: Int32Array
  /** [rows, ITEM_TOPICS] */
  readonly topics: Int32Array
  /** [rows, ITEM_ATTRIBUTES] */
  readonly attributes: Int32Array
  /** [rows] bucket, log2 of seconds. */
  readonly durations: Int32Array
}

/** Features of `rows` (viewer, item) pairs: content, counters at the time, and user-item interactions. */
export interface CandidateFeatures extends ItemFeatures {
  /** [rows] the row of the pair's viewer in ViewerFeatures; zeros when serving one viewer. */
  readonly viewer: Int32Array
  /** [rows, CANDIDATE_DENSE] */
  readonly dense: Float32Array
  /** [rows, CANDIDATE_CROSS] */
  readonly cross: Float32Array
}

export const viewerFeatures = (rows: number): ViewerFeatures => ({
  rows,
  historyItems: new Int32Array(rows * HISTORY),
  historyAuthors: new Int32Array(rows * HISTORY),
  historyTopics: new Int32Array(rows * HISTORY),
  historyKinds: new Int32Array(rows * HISTORY),
  historyAges: new Int32Array(rows * HISTORY),
  attributes: new Int32Array(rows * USER_ATTRIBUTES),
  surface: new Int32Array(rows),
  hour: new Int32Array(rows),
  dense: new Float32Array(rows * VIEWER_DENSE),
})

export const itemFeatures = (rows: number): ItemFeatures => ({
  rows,
  items: new Int32Array(rows),
  authors: new Int32Array(rows),
  topics: new Int32Array(rows * ITEM_TOPICS),
  attributes: new Int32Array(rows * ITEM_ATTRIBUTES),
  durations: new Int32Array(rows),
})

export const candidateFeatures = (rows: number): CandidateFeatures => ({
  ...itemFeatures(rows),
  viewer: new Int32Array(rows),
  dense: new Float32Array(rows * CANDIDATE_DENSE),
  cross: new Float32Array(rows * CANDIDATE_CROSS),
})

const log2Bucket = (value: number, size: number): number =>
  value <= 1 ? 1 : Math.min(size - 1, 1 + Math.floor(Math.log2(value)))

const authorBucket = (key: number): number => (key === 0 ? 0 : 1 + (key % (AUTHOR_BUCKETS - 1)))

const topicBucket = (key: number): number => (key === 0 ? 0 : 1 + (key % (TOPIC_BUCKETS - 1)))

export const surfaceBucket = (surface: string | undefined): number =>
  surface === undefined ? 0 : bucket(surface, SURFACE_BUCKETS)

/** Buckets of a user's attributes, 0-padded to USER_ATTRIBUTES; the order of names does not matter. */
export const attributeBuckets = (user: User | undefined): Int32Array => {
  const buckets = new Int32Array(USER_ATTRIBUTES)
  Object.entries(user?.attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, USER_ATTRIBUTES)
    .forEach(
      ([name, value], i) => (buckets[i] = bucket(`${name}=${value}`, USER_ATTRIBUTE_BUCKETS)),
    )
  return buckets
}

/** Strongest reaction of a history entry, as an index in HISTORY_KINDS. */
const KIND_OF_BITS = ((): ((bits: number) => number) => {
  const bit = (type: (typeof EVENT_TYPES)[number]): number => 1 << EVENT_TYPES.indexOf(type)
  const order: readonly (readonly [number, number])[] = [
    [bit('see_less') | bit('report'), HISTORY_KINDS.indexOf('see_less')],
    [bit('share'), HISTORY_KINDS.indexOf('share')],
    [bit('save'), HISTORY_KINDS.indexOf('save')],
    [bit('follow') | bit('comment'), HISTORY_KINDS.indexOf('follow')],
    [bit('like'), HISTORY_KINDS.indexOf('like')],
    [bit('long_view'), HISTORY_KINDS.indexOf('long_view')],
    [bit('click'), HISTORY_KINDS.indexOf('click')],
  ]
  return bits => order.find(([mask]) => (bits & mask) !== 0)?.[1] ?? 0
})()

export const historyKind = KIND_OF_BITS

/** What a viewer's features are made of, all as of `now`. */
export interface ViewerFacts {
  readonly state: UserState
  /** From `attributeBuckets`. */
  readonly attributes: Int32Array
  /** From `surfaceBucket`. */
  readonly surface: number
  readonly now: number
}

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
  for (let i = 0; i < COUNTS.length; i++) dense[i] = Math.log1p(state.counts[i]!)
  // Smoothed log-odds of each reaction per impression; the priors only keep the first impressions calm.
  for (let i = 1; i < COUNTS.length; i++) {
    dense[COUNTS.length - 1 + i] = Math.log((state.counts[i]! + 0.5) / (shown + 5))
  }
  dense[15] =
    Math.log1p(Math.max(0, now - state.firstSeen) / 3_600_000) * (state.firstSeen > 0 ? 1 : 0)
  dense[16] = Math.log1p(Math.max(0, now - state.lastSeen) / 60_000) * (state.lastSeen > 0 ? 1 : 0)
  dense[17] = history.length / HISTORY
  dense[18] = state.topics.length / state.topics.keys.length
  dense[19] = Math.log1p(state.blocked.length)
}

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
/** Counters whose rate per impression is a feature. */
const RATED = ['clicks', 'longViews', 'likes', 'saves', 'shares', 'seeLess'] as const
const RATED_FIELDS = RATED.map(field)

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
  out.dense[d] = Math.log1p(shown)
  for (let i = 0; i < RATED_FIELDS.length; i++) {
    const count = Math.max(0, counters[at + RATED_FIELDS[i]!]!)
    out.dense[d + 1 + i] = Math.log1p(count)
    out.dense[d + 7 + i] = Math.log((count + 0.5) / (shown + 10))
  }
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
