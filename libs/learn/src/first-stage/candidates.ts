import {
  type Catalogue,
  COUNTERS,
  field,
  HISTORY_KINDS,
  historyKind,
  NO_ITEM,
} from '@explore/explore'
import { top } from '@explore/pipeline'
import type { Neighbours } from '../neighbours/train-neighbours.ts'
import type { Rng } from '../rng.ts'
import type { Asked } from './teacher.ts'

/** What retrieval of the bundle in the making finds. */
export interface TrainedRetrieval {
  /** The `k` nearest items of each request's viewer, best first. */
  readonly nearest: (k: number) => Promise<readonly Uint32Array[]>
  readonly neighbours: Neighbours
}

/** Each request's candidates for distillation: ordinals without repeats, never-shown items among them. */
export type Candidates = (
  requests: readonly Asked[],
  retrieval: TrainedRetrieval,
) => Promise<readonly Uint32Array[]>

/** Candidates by source; random items fill up to the width. */
const SHARES = { nearest: 0.4, similar: 0.2, popular: 0.15, fresh: 0.1 } as const
/** Popular and fresh items are drawn from so many. */
const LISTED = 300
const SEEDS = 15
/** With fewer unseen candidates, seen ones are taken too. */
const FEWEST = 20
const SEE_LESS = HISTORY_KINDS.indexOf('see_less')
const RECENT_CLICKS = field('recentClicks')

/**
 * A union like that of the funnel's sources: nearest by the towers, similar to the latest engagements,
 * popular lately, fresh, and random ones of the whole pool. Without what the viewer has seen or
 * blocked, as long as there is enough else.
 */
export const unionOfSources = (
  catalogue: Catalogue,
  counters: Float64Array,
  random: Rng,
  width = 500,
): Candidates => {
  const servable = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
  const best = (score: (item: number) => number): Uint32Array =>
    top(Float64Array.from(servable, score), LISTED).map(at => servable[at])
  const popular = best(item => counters[item * COUNTERS + RECENT_CLICKS])
  const fresh = best(item => catalogue.createdAt[item])

  return async (requests, { nearest, neighbours }) => {
    const want = Math.round(width * SHARES.nearest)
    const lists = await nearest(want * 2)
    return requests.map(({ state }, i) => {
      const excluded = new Set(state.seen.items.subarray(0, state.seen.length))
      const blocked = new Set(
        state.blocked.keys
          .subarray(0, state.blocked.length)
          .filter((_, at) => state.blocked.on[at]),
      )
      const found = new Set<number>()
      const add = (items: Iterable<number>, most: number): void => {
        const end = Math.min(width, found.size + most)
        for (const item of items) {
          if (found.size >= end) return
          if (excluded.has(item) || !catalogue.servable(item)) continue
          if (!blocked.has(catalogue.authors[item])) found.add(item)
        }
      }
      add(lists[i], want)
      add(similar(state.history, neighbours), width * SHARES.similar)
      add(random.shuffle(popular.slice()), width * SHARES.popular)
      add(random.shuffle(fresh.slice()), width * SHARES.fresh)
      // A sample with repeats: the pool is larger than what is left to fill, or it is all taken.
      const rest = Array.from({ length: 3 * width }, () => servable[random.int(servable.length)])
      add(servable.length > 3 * width ? rest : random.shuffle(servable.slice()), width)
      // Who has seen a small catalogue through still teaches what they would choose.
      if (found.size < FEWEST) {
        excluded.clear()
        add(random.shuffle(servable.slice()), FEWEST)
      }
      return Uint32Array.from(found)
    })
  }
}

/** Neighbours of the latest engagements, the best of each first. */
const similar = (history: Asked['state']['history'], { items, width }: Neighbours): number[] => {
  const seeds: number[] = []
  for (let at = history.length - 1; at >= 0 && seeds.length < SEEDS; at--) {
    const kind = historyKind(history.kinds[at])
    if (kind !== 0 && kind !== SEE_LESS) seeds.push(history.items[at])
  }
  const found: number[] = []
  for (let rank = 0; rank < width; rank++) {
    for (const seed of seeds) {
      const item = items[seed * width + rank]
      if (item !== NO_ITEM) found.push(item)
    }
  }
  return found
}
