import { type Catalogue, NO_ITEM } from '@explore/explore'
import { top } from '@explore/pipeline'
import { coEngagement, type Engagements } from './co-engagement.ts'
import { embeddingNeighbours } from './embedding-neighbours.ts'

export interface NeighbourInput {
  readonly engagements: Engagements
  readonly catalogue: Catalogue
  /** Unit embeddings [catalogue.size, dimension]. */
  readonly vectors: Float32Array
  readonly dimension: number
}

export interface NeighbourOptions {
  /** Neighbours kept per item. Default 64. */
  readonly width?: number
  /** Engagements of a pair's items, as a geometric mean, that weigh as much as their embeddings. Default 30. */
  readonly prior?: number
  /** Most engagements of a user that count, latest first. Default 100. */
  readonly perUser?: number
  /** Two engagements of a user this far apart tell half as much as two at once. Default 7 days. */
  readonly gapMs?: number
  /** Pairs with fewer shared users are judged by their embeddings alone. Default 2. */
  readonly fewest?: number
  readonly onProgress?: (fraction: number) => void
  readonly signal?: AbortSignal
}

/** Lists of similar items. */
export interface Neighbours {
  /** Row-major [items, width] ordinals, best first; NO_ITEM where a list is shorter. */
  readonly items: Uint32Array
  /** [items, width] similarities in (0, 1], 0 beyond a list's end. */
  readonly scores: Float32Array
  readonly width: number
}

/** With so many engagements an item's similar ones are among those that it shares users with. */
const ENOUGH = 50
const BLOCK = 256

/**
 * For every item its most similar servable ones. Shared users are small counts: their cosine is shrunk
 * towards the embeddings' as a Poisson rate towards the mean of its Gamma prior. The embeddings' cosine
 * is scaled to what shared users say of embedding neighbours where most is known, so that scores
 * compare across items. Embedding neighbours are an exact scan, at a cost of thin items × items.
 */
export const trainNeighbours = async (
  { engagements, catalogue, vectors, dimension }: NeighbourInput,
  options: NeighbourOptions = {},
): Promise<Neighbours> => {
  const { width = 64, prior = 30, perUser = 100, gapMs = 7 * 86_400_000, fewest = 2 } = options
  const { onProgress, signal } = options
  const { size } = catalogue
  const coEngaged = coEngagement(engagements, size, { perUser, gapMs, fewest })
  const support = new Float32Array(size)
  for (const item of engagements.item) support[item]++
  const exposure = (a: number, b: number): number => Math.sqrt(support[a] * support[b])
  const embeddings = await embeddingNeighbours(catalogue, vectors, dimension)
  const { cosine } = embeddings

  /** Shared users per unit of cosine, among embedding neighbours of the best known items. */
  const scaleOfCosine = async (): Promise<number> => {
    const known = top(support, BLOCK)
    const lists = await embeddings.nearest(known, width)
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

  const items = new Uint32Array(size * width).fill(NO_ITEM)
  const scores = new Float32Array(size * width)
  const offered = new Uint32Array(size)
  const values = new Float32Array(size)
  const listed = new Uint8Array(size)
  for (let from = 0; from < size; from += BLOCK) {
    signal?.throwIfAborted()
    onProgress?.(from / size)
    const block = Uint32Array.from({ length: Math.min(BLOCK, size - from) }, (_, i) => from + i)
    const thin = block.filter(item => support[item] < ENOUGH)
    const lists = await embeddings.nearest(thin, width)
    const nearest = new Map(thin.entries().map(([i, item]) => [item, lists[i]]))
    for (const item of block) {
      let count = 0
      const offer = (to: number, similarity: number): void => {
        if (listed[to] === 1 || !catalogue.servable(to)) return
        const known = exposure(item, to)
        const value = (known * similarity + prior * scale * cosine(item, to)) / (known + prior)
        if (!(value > 0)) return
        listed[to] = 1
        offered[count] = to
        values[count++] = value
      }
      const engaged = coEngaged(item)
      for (let i = 0; i < engaged.count; i++) offer(engaged.items[i], engaged.similarity[i])
      for (const to of nearest.get(item) ?? []) offer(to, 0)
      top(values.subarray(0, count), width).forEach((at, rank) => {
        items[item * width + rank] = offered[at]
        scores[item * width + rank] = values[at]
      })
      for (let i = 0; i < count; i++) listed[offered[i]] = 0
    }
  }
  await embeddings.release()
  onProgress?.(1)
  return { items, scores, width }
}
