import { NO_ITEM, type Retriever } from '@explore/explore'
import type { Found } from '@explore/pipeline'
import { likenesses } from '../dot/likenesses.ts'
import type { TieredRows } from '../dot/tiered-rows.ts'
import type { OnnxModel } from '../onnx/onnx-model.ts'
import { keep, NOTHING } from '../vectors/found.ts'
import type { TieredIndex } from '../vectors/tiered-index.ts'
import { runOn } from './feeds.ts'
import type { SharedBundle } from './share-bundle.ts'

/** Two-tower retrieval over one bundle: query tower, index, vectors and lists of neighbours. */
export const retriever = (
  { manifest: { items, dimension, neighbours: width }, ...tables }: SharedBundle,
  tower: OnnxModel,
  index: TieredIndex,
  vectors: TieredRows,
  search: Retriever['search'] = index.search,
): Retriever => {
  /** The neighbours that the bundle lists for `item`, undefined where it lists none. */
  const listed = (item: number): Found | undefined => {
    if (item >= items || tables.neighbourItems.length === 0) return undefined
    const from = item * width
    const list = tables.neighbourItems.subarray(from, from + width)
    const end = list.indexOf(NO_ITEM)
    const length = end === -1 ? width : end
    if (length === 0) return undefined
    return {
      items: list.subarray(0, length),
      scores: tables.neighbourScores.subarray(from, from + length),
    }
  }

  const products = likenesses(dimension)

  return {
    dimension,
    embed: async viewer => (await runOn(tower, items, { viewer })).embedding!,
    search,
    neighbours: (item, k) => {
      const list = listed(item)
      if (list !== undefined) return keep(list, index.live, k)
      if (item >= items && !vectors.isFresh(item)) return NOTHING
      const othersOf = (found: Found): Found => {
        const others = keep(positive(found), other => other !== item, k)
        return { items: others.items, scores: others.scores.map(score => Math.min(1, score)) }
      }
      const found = search(vectors.copy(Uint32Array.of(item)), k + 1)
      return found instanceof Promise ? found.then(othersOf) : othersOf(found)
    },
    vectors: wanted => vectors.copy(wanted),
    likenesses: wanted => products(vectors.copy(wanted)),
  }
}

/** The part of a list, best first, that is alike at all. */
const positive = ({ items, scores }: Found): Found => {
  const end = scores.findIndex(score => score <= 0)
  return end === -1
    ? { items, scores }
    : { items: items.subarray(0, end), scores: scores.subarray(0, end) }
}
