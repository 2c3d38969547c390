import { ITEM_ATTRIBUTE_BUCKETS, ITEM_ATTRIBUTES, ITEM_TOPICS } from '../catalogue.ts'
import { HISTORY } from './user-state.ts'

/**
 * The one feature schema: the trainer replays the log through these functions and the server calls them,
 * so a model cannot see in training what it will not see in serving.
 * Names and widths here are the input signature of every model in a bundle.
 */
export const FEATURES_VERSION = 2

export const USER_ATTRIBUTES = 32
export const USER_ATTRIBUTE_BUCKETS = 4096
export const AUTHOR_BUCKETS = 8192
export const TOPIC_BUCKETS = 1024
export const SURFACE_BUCKETS = 64
export const AGE_BUCKETS = 24
export const DURATION_BUCKETS = 16
export const VIEWER_DENSE = 20
export const CANDIDATE_DENSE = 19
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
