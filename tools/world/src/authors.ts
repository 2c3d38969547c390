import { normal, uniform, type Stream } from './rng.ts'
import { COUNTRIES, pick, TOPICS } from './vocabulary.ts'

const OF = { size: 1, topic: 2, second: 3, quality: 4, bait: 5, reach: 6, country: 7 } as const

/** Who uploads: latent priors that an author's items share. */
export interface Authors {
  readonly topic: Uint8Array
  /** Some of the author's items are about this, too. */
  readonly second: Uint8Array
  /** Standard normal: quality and bait of the author's items, and followers. */
  readonly quality: Float32Array
  readonly bait: Float32Array
  readonly reach: Float32Array
  /** Index in `COUNTRIES`. */
  readonly country: Uint8Array
  /** The author of an upload, for `u` uniform in (0, 1): activity is log-normal. */
  byUpload(u: number): number
}

export const createAuthors = (stream: Stream, count: number): Authors => {
  const column = (purpose: number) =>
    Float32Array.from({ length: count }, (_, author) => normal(stream, author, 0, purpose))
  const bytes = (purpose: number, value: (u: number) => number) =>
    Uint8Array.from({ length: count }, (_, author) => value(uniform(stream, author, 0, purpose)))
  const anyTopic = (u: number) => Math.floor(u * TOPICS.length)
  const total = new Float64Array(count)
  column(OF.size).forEach((size, author) => {
    total[author] = (total[author - 1] ?? 0) + Math.exp(size)
  })
  return {
    topic: bytes(OF.topic, anyTopic),
    second: bytes(OF.second, anyTopic),
    quality: column(OF.quality),
    bait: column(OF.bait),
    reach: column(OF.reach),
    country: bytes(OF.country, u => pick(COUNTRIES, u)),
    byUpload: u => lowerBound(total, u * total[count - 1]!, count),
  }
}

/** Index of the first of the `length` ascending values that exceeds `value`. */
const lowerBound = (values: Float64Array, value: number, length: number): number => {
  let [low, high] = [0, length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
