import type { Found } from '@explore/pipeline'
import type { TieredRows } from '../dot/tiered-rows.ts'
import { keep, merge, NOTHING } from './found.ts'
import { checkDimension, type VectorIndex } from './vector-index.ts'

/** An index that takes changes between two rebuilds of its base. */
export interface TieredIndex extends VectorIndex {
  /** Whether searches find `item`, given that it has a vector. */
  readonly live: (item: number) => boolean
  /** Buries `item`, or brings it back, from the next search on. */
  readonly setLive: (item: number, live: boolean) => void
}

/**
 * An immutable `base` under the fresh rows of `rows`, which are searched exactly and hide what the base has
 * of the same items. Tombstones apply after the search, which asks for more to make up for them:
 * nothing is inserted, and no callback runs within the base.
 */
export const tieredIndex = (base: VectorIndex, rows: TieredRows): TieredIndex => {
  let buried = new Uint8Array(Math.max(1024, base.size))
  let dead = 0
  const live = (item: number): boolean => buried[item] !== 1

  const searchBase = (query: Float32Array, k: number): Found => {
    const hidden = Math.min(base.size, dead + rows.hidden())
    const share = hidden / Math.max(1, base.size)
    const want = hidden === 0 ? k : Math.min(k + hidden, Math.ceil((1.1 * k) / (1 - share)) + 8)
    const wanted = (item: number): boolean => live(item) && !rows.isFresh(item)
    return untilEnough(want, base.size, k, count => keep(base.search(query, count), wanted, k))
  }

  const searchFresh = (query: Float32Array, k: number): Found =>
    untilEnough(k, rows.fresh(), k, count => keep(rows.nearestFresh(query, count), live, k))

  return {
    kind: `${base.kind} + fresh`,
    dimension: base.dimension,
    get size() {
      return base.size + rows.fresh() - rows.hidden()
    },
    search: (query, k) => {
      checkDimension(query, base.dimension)
      if (k <= 0) return NOTHING
      return merge(searchBase(query, k), searchFresh(query, k), k)
    },
    live,
    setLive: (item, alive) => {
      if (live(item) === alive) return
      if (item >= buried.length) {
        const grown = new Uint8Array(2 ** Math.ceil(Math.log2(item + 1)))
        grown.set(buried)
        buried = grown
      }
      buried[item] = alive ? 0 : 1
      dead += alive ? -1 : 1
    },
  }
}

/** Asks for `want`, and for twice as many until `k` are left of them or there are no more than `size`. */
const untilEnough = (
  want: number,
  size: number,
  k: number,
  search: (count: number) => Found,
): Found => {
  const found = search(want)
  return found.items.length >= k || want >= size ? found : untilEnough(want * 2, size, k, search)
}
