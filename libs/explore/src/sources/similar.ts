import { type Found, foundAt, type Source, top } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import type { Retriever } from '../ports.ts'
import type { Settings } from '../settings.ts'
import { HISTORY_KINDS, historyKind } from '../signals/history-kind.ts'
import type { Viewer } from '../viewer.ts'

/** How much an engagement makes an item a seed: a passing click says little, a share much. */
const SEED_WEIGHTS: Record<(typeof HISTORY_KINDS)[number], number> = {
  none: 0,
  click: 0.3,
  long_view: 1,
  like: 3,
  save: 5,
  share: 5,
  follow: 3,
  see_less: 0,
}

/** An item that the viewer engaged with, and how much its neighbours should count. */
export interface Seed {
  readonly item: number
  readonly weight: number
}

/**
 * The viewer's best seeds by engagement type and recency. Refused: what the viewer later disliked, what may not
 * be recommended itself, and items of blocked authors.
 */
export const seedsOf = (
  { state, blocked }: Viewer,
  now: number,
  catalogue: Catalogue,
  settings: Settings,
): readonly Seed[] => {
  const halfLife = settings['similar.halfLifeDays'] * 86_400_000
  const { history } = state
  const seeds: Seed[] = []
  for (let row = 0; row < history.length; row++) {
    const item = history.items[row]!
    const kind = HISTORY_KINDS[historyKind(history.kinds[row]!)]!
    const age = Math.max(0, now - history.times[row]!)
    const weight = SEED_WEIGHTS[kind] * 2 ** (-age / halfLife)
    if (weight === 0 || !catalogue.servable(item)) continue
    if (catalogue.risks[item]! > settings['integrity.blockAbove']) continue
    if (blocked.has(catalogue.authors[item]!)) continue
    seeds.push({ item, weight })
  }
  return seeds.sort((a, b) => b.weight - a.weight).slice(0, settings['similar.seeds'])
}

/** ML, real-time: neighbours of what the viewer liked, saved, shared and watched, merged into one list. */
export const similar = (
  retriever: Retriever,
  catalogue: Catalogue,
  settings: Settings,
): Source<Viewer> => {
  /** Score by ordinal, all 0 between calls. */
  let sums = new Float32Array(0)
  return {
    name: 'similar',
    find: async (viewer, want, { now }) => {
      const seeds = seedsOf(viewer, now, catalogue, settings)
      if (seeds.length === 0) return { items: new Uint32Array(0), scores: new Float32Array(0) }
      const each = Math.ceil((2 * want) / seeds.length)
      const lists = await Promise.all(seeds.map(({ item }) => retriever.neighbours(item, each)))
      if (sums.length < catalogue.size) sums = new Float32Array(catalogue.size)
      return merge(seeds, lists, want, sums)
    },
  }
}

/** Sum over seeds of seed weight × similarity, without the seeds themselves; leaves `sums` as zeros. */
const merge = (
  seeds: readonly Seed[],
  lists: readonly Found[],
  want: number,
  sums: Float32Array,
): Found => {
  const found = new Uint32Array(lists.reduce((n, list) => n + list.items.length, 0))
  let length = 0
  lists.forEach(({ items, scores }, s) => {
    const { weight } = seeds[s]!
    for (let i = 0; i < items.length; i++) {
      const item = items[i]!
      if (sums[item] === 0) found[length++] = item
      sums[item]! += weight * scores[i]!
    }
  })
  for (const { item } of seeds) sums[item] = 0
  const sum = new Float32Array(length)
  let others = 0
  for (let i = 0; i < length; i++) {
    const item = found[i]!
    if (sums[item]! > 0) {
      found[others] = item
      sum[others++] = sums[item]!
    }
    sums[item] = 0
  }
  return foundAt(top(sum.subarray(0, others), want), found, sum)
}
