import {
  type Bundle,
  type Catalogue,
  hash32,
  type Head,
  HEADS,
  ITEM_TOPICS,
  TOPIC_BUCKETS,
  type ViewerFeatures,
} from '@explore/explore'
import { type Found, top } from '@explore/pipeline'

const DIMENSION = 16

/** Base rate of each head; an item's own quality moves it up and down. */
const RATES: Readonly<Record<Head, number>> = {
  click: 0.2,
  long_view: 0.15,
  like: 0.05,
  save: 0.02,
  share: 0.01,
  see_less: 0.005,
  hide_author: 0.002,
  report: 0.001,
}

/**
 * A bundle whose models are planted, not trained: an item's vector follows from its topics and its id, a viewer's
 * from their history, and every score from these. Deterministic, instant, and as wide as a real one.
 */
export const plantedBundle = (catalogue: Catalogue, parts: Partial<Bundle> = {}): Bundle => {
  const made = new Map<string, Float32Array>()
  const vectorOf = (item: number): Float32Array => {
    const bucket = topicBucketOf(catalogue.topics[item * ITEM_TOPICS]!)
    const key = `${item}.${bucket}`
    const vector =
      made.get(key) ?? unit(topicVector(bucket).map((x, i) => x + 0.3 * noise(`${key}.${i}`)))
    made.set(key, vector)
    return vector
  }
  const vectors = (items: Uint32Array): Float32Array => {
    const rows = new Float32Array(items.length * DIMENSION)
    items.forEach((item, row) => rows.set(vectorOf(item), row * DIMENSION))
    return rows
  }
  const likenesses = (items: Uint32Array): Float32Array =>
    Float32Array.from({ length: items.length ** 2 }, (_, i) => {
      const [a, b] = [Math.floor(i / items.length), i % items.length]
      return dot(vectorOf(items[a]!), vectorOf(items[b]!))
    })
  const search = (query: Float32Array, k: number, without = -1): Found => {
    const items = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(
      item => item !== without && catalogue.servable(item),
    )
    const scores = Float32Array.from(items, item => dot(query, vectorOf(item)))
    const rows = top(scores, k)
    return {
      items: rows.map(row => items[row]!),
      scores: Float32Array.from(rows, row => scores[row]!),
    }
  }
  const quality = (item: number): number => 0.5 + noise(`quality ${catalogue.id(item)}`)

  return {
    id: 'planted',
    items: catalogue.size,
    retriever: {
      dimension: DIMENSION,
      embed: viewerVector,
      search: (query, k) => search(query, k),
      neighbours: (item, k) => {
        const { items, scores } = search(vectorOf(item), k, item)
        const n = scores.filter(score => score > 0).length
        return {
          items: items.subarray(0, n),
          scores: scores.subarray(0, n).map(s => Math.min(1, s)),
        }
      },
      vectors,
      likenesses,
    },
    firstStage: {
      score: (viewer, items) => {
        const query = viewerVector(viewer)
        return Float32Array.from(items, item => dot(query, vectorOf(item)) + quality(item))
      },
    },
    secondStage: {
      predict: (viewer, { rows, items }) => {
        const query = viewerVector(viewer)
        const odds = Float32Array.from({ length: rows }, (_, row) => {
          const item = items[row]! - 1
          return Math.exp(dot(query, vectorOf(item)) + quality(item) - 1)
        })
        const column = (head: Head): Float32Array =>
          odds.map(odd => (RATES[head] * odd) / (1 + RATES[head] * odd))
        return Object.fromEntries(HEADS.map(head => [head, column(head)])) as Record<
          Head,
          Float32Array
        >
      },
    },
    refresh: () => {},
    close: async () => {},
    ...parts,
  }
}

/** The mean of the topics of a viewer's history; a fixed direction without one. */
const viewerVector = ({ historyTopics }: ViewerFeatures): Float32Array => {
  const topics = historyTopics.filter(topic => topic !== 0)
  const sum = topicVector(0)
  for (const topic of topics) topicVector(topic).forEach((x, i) => (sum[i]! += x))
  return unit(sum)
}

/** As the feature schema buckets topics, so that history and items meet. */
const topicBucketOf = (key: number): number => (key === 0 ? 0 : 1 + (key % (TOPIC_BUCKETS - 1)))

const topicVector = (bucket: number): Float32Array =>
  unit(Float32Array.from({ length: DIMENSION }, (_, i) => noise(`topic ${bucket}.${i}`)))

/** Uniform in [−0.5, 0.5), the same for the same name. */
const noise = (name: string): number => hash32(name) / 2 ** 32 - 0.5

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)

const unit = (vector: Float32Array): Float32Array => {
  const length = Math.sqrt(dot(vector, vector)) || 1
  return vector.map(x => x / length)
}
