import type { Catalogue } from '@explore/explore'
import { top } from '@explore/pipeline'
import { coEngagement, type Engagements } from './co-engagement.ts'
import { takeRows } from '../two-tower/take-rows.ts'
import { exactSearch, type NearestVectors } from '../two-tower/exact-search.ts'

export interface NeighbourOptions {
  /** Neighbours kept per item. */
  readonly width?: number
  /** Engagements of a pair's items, as a geometric mean, that weigh as much as their embeddings. */
  readonly prior?: number
  /** Most engagements of a user that count, latest first. */
  readonly perUser?: number
  /** Two engagements of a user this far apart tell half as much as two at once, in milliseconds. */
  readonly gap?: number
  /** Pairs with fewer shared users are judged by their embeddings alone. */
  readonly fewest?: number
  /** Finds embedding neighbours. Default: an exact scan, whose cost grows with items². */
  readonly nearest?: NearestVectors
  readonly onProgress?: (fraction: number) => void
  readonly signal?: AbortSignal
}

/** Lists of similar items. */
export interface Neighbours {
  /** Row-major [items, width] ordinals, best first; NONE where a list is shorter. */
  readonly items: Uint32Array
  /** [items, width] similarities in (0, 1], 0 beyond a list's end. */
  readonly scores: Float32Array
  readonly width: number
}

export const NONE = 0xffffffff

/** With so many engagements an item's similar ones are among those that it shares users with. */
const ENOUGH = 50
const BLOCK = 256

/**
 * For every item its most similar servable ones. Shared users are counts of few: their cosine is shrunk
 * towards the embeddings' as a Poisson rate towards the mean of its Gamma prior. The embeddings' cosine
 * is scaled to what shared users say of embedding neighbours where most is known, so that scores
 * compare across items.
 */
export const trainNeighbours = async (
  {
    engagements,
    catalogue,
    vectors,
    dimension,
  }: {
    readonly engagements: Engagements
    readonly catalogue: Catalogue
    /** Unit embeddings [catalogue.size, dimension]. */
    readonly vectors: Float32Array
    readonly dimension: number
  },
  options: NeighbourOptions = {},
): Promise<Neighbours> => {
  const {
    width = 64,
    prior = 10,
    perUser = 100,
    gap = 7 * 86_400_000,
    fewest = 2,
    onProgress,
    signal,
  } = options
  const size = catalogue.size
  const nearest = options.nearest ?? (await exactSearch(vectors, dimension))
  const coEngaged = coEngagement(engagements, size, { perUser, gap, fewest })
  const support = new Float32Array(size)
  for (const item of engagements.item) support[item]++
  const cosine = (a: number, b: number): number => {
    let dot = 0
    for (let i = 0; i < dimension; i++)
      dot += vectors[a * dimension + i] * vectors[b * dimension + i]
    return Math.max(0, dot)
  }

  /** Each item's nearest others. */
  const nearOf = async (items: Uint32Array): Promise<readonly Uint32Array[]> => {
    const queries = takeRows(vectors, dimension, items)
    const lists = await nearest.search(queries, width + 1)
    return lists.map((list, i) => list.filter(item => item !== items[i]).subarray(0, width))
  }
  const exposure = (a: number, b: number): number => Math.sqrt(support[a] * support[b])

  /** Shared users per unit of the embeddings' cosine, among embedding neighbours of the best known items. */
  const scaleOfCosine = async (): Promise<number> => {
    const known = top(support, BLOCK)
    const lists = await nearOf(known)
    let shared = 0
    let cosines = 0
    known.forEach((item, i) => {
      const near = new Set(lists[i])
      const { count, items, similarity } = coEngaged(item)
      for (let at = 0; at < count; at++) {
        if (near.has(items[at])) shared += similarity[at] * exposure(item, items[at])
      }
      for (const to of near) cosines += cosine(item, to) * exposure(item, to)
    })
    return shared > 0 && cosines > 0 ? Math.min(1, shared / cosines) : 1
  }
  const scale = await scaleOfCosine()

  const found = {
    items: new Uint32Array(size * width).fill(NONE),
    scores: new Float32Array(size * width),
  }
  const candidates = new Uint32Array(size)
  const scores = new Float32Array(size)
  const listed = new Uint8Array(size)
  for (let from = 0; from < size; from += BLOCK) {
    signal?.throwIfAborted()
    onProgress?.(from / size)
    const block = Uint32Array.from({ length: Math.min(BLOCK, size - from) }, (_, i) => from + i)
    const thin = block.filter(item => support[item] < ENOUGH)
    const lists = await nearOf(thin)
    const listOf = new Map(thin.entries().map(([i, item]) => [item, lists[i]]))
    for (const item of block) {
      const engaged = coEngaged(item)
      let count = 0
      const offer = (to: number, similarity: number): void => {
        if (listed[to] === 1 || !catalogue.servable(to)) return
        const known = exposure(item, to)
        const score = (known * similarity + prior * scale * cosine(item, to)) / (known + prior)
        if (!(score > 0)) return
        listed[to] = 1
        candidates[count] = to
        scores[count++] = score
      }
      for (let i = 0; i < engaged.count; i++) offer(engaged.items[i], engaged.similarity[i])
      for (const to of listOf.get(item) ?? []) offer(to, 0)
      const best = top(scores.subarray(0, count), width)
      best.forEach((at, rank) => {
        found.items[item * width + rank] = candidates[at]
        found.scores[item * width + rank] = Math.min(1, scores[at])
      })
      for (let i = 0; i < count; i++) listed[candidates[i]] = 0
    }
  }
  await nearest.release()
  return { ...found, width }
}
