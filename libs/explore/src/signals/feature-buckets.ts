import { bucket } from '../hash.ts'
import type { User } from '../types.ts'
import {
  AUTHOR_BUCKETS,
  SURFACE_BUCKETS,
  TOPIC_BUCKETS,
  USER_ATTRIBUTE_BUCKETS,
  USER_ATTRIBUTES,
} from './features.ts'

/** Bucket of a magnitude: 1 up to 1, then one more per doubling, at most `size` − 1. */
export const log2Bucket = (value: number, size: number): number =>
  value <= 1 ? 1 : Math.min(size - 1, 1 + Math.floor(Math.log2(value)))

export const authorBucket = (key: number): number =>
  key === 0 ? 0 : 1 + (key % (AUTHOR_BUCKETS - 1))

export const topicBucket = (key: number): number =>
  key === 0 ? 0 : 1 + (key % (TOPIC_BUCKETS - 1))

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
