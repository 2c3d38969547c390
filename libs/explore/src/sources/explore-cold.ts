import { allRows, foundAt, type Source, top } from '@explore/pipeline'
import { type Catalogue, ITEM_TOPICS } from '../catalogue.ts'
import type { StateStore } from '../ports.ts'
import { randomOf } from '../random.ts'
import type { Settings } from '../settings.ts'
import { COUNTERS, field } from '../signals/counters.ts'
import type { Viewer } from '../viewer.ts'
import { betaDraw, type BetaPrior, fitBeta } from './beta.ts'
import { newest } from './fresh.ts'
import { refreshed } from './refreshed.ts'

/** Beliefs move slowly; an upload is served by `fresh` until they are read again. */
const REFRESH = 5000
/** Draws per wanted candidate: enough that a draw selects, few enough that a request stays cheap. */
const DRAWS = 2
/** Items whose counters the priors are fitted on. */
const PRIOR_SAMPLE = 5000

interface ColdPool {
  readonly items: Uint32Array
  readonly impressions: Float64Array
  readonly clicks: Float64Array
  /** By topic key; '0' is the prior over all. */
  readonly priors: ReadonlyMap<number, BetaPrior>
}

/**
 * Heuristic, real-time: items too little shown to be judged, by Thompson sampling on their click rate
 * (Chapelle & Li, NIPS 2011) with a Beta prior fitted per topic on items that are known by now (empirical Bayes).
 * An item shown `explore.impressions` times has graduated and must earn its place elsewhere.
 */
export const exploreCold = (
  state: StateStore,
  catalogue: Catalogue,
  settings: Settings,
): Source<Viewer> => {
  const pool = refreshed(REFRESH, now => coldPool(state, catalogue, settings, now))
  return {
    name: 'explore-cold',
    find: async (viewer, want, { now, seed }) => {
      const random = randomOf(`${seed} explore-cold`)
      const { items, impressions, clicks, priors } = await pool(now)
      const size = Math.min(items.length, DRAWS * want)
      const first = Math.floor(random() * items.length)
      const drawn = new Uint32Array(size)
      const draws = new Float32Array(size)
      let unseen = 0
      for (let i = 0; i < size; i++) {
        const row = (first + i) % items.length
        const item = items[row]!
        if (viewer.seen.has(item)) continue
        const prior = priors.get(catalogue.topics[item * ITEM_TOPICS]!) ?? priors.get(0)!
        const { alpha, beta } = prior
        drawn[unseen] = item
        draws[unseen++] = betaDraw(
          alpha + clicks[row]!,
          beta + impressions[row]! - clicks[row]!,
          random,
        )
      }
      return foundAt(top(draws.subarray(0, unseen), want), drawn, draws)
    },
  }
}

const coldPool = async (
  state: StateStore,
  catalogue: Catalogue,
  settings: Settings,
  now: number,
): Promise<ColdPool> => {
  const maxAge = settings['explore.maxAgeDays'] * 86_400_000
  const known = newest(catalogue, now, maxAge, Math.max(PRIOR_SAMPLE, settings['explore.pool']))
  const counters = await state.counters(known.items)
  const shown = Float64Array.from(
    known.items,
    (_, i) => counters[i * COUNTERS + field('impressions')]!,
  )
  const clicked = Float64Array.from(shown, (n, i) =>
    Math.min(n, counters[i * COUNTERS + field('clicks')]!),
  )
  const cold = allRows(known.items.length)
    .filter(i => shown[i]! < settings['explore.impressions'])
    .slice(0, settings['explore.pool'])
  return {
    items: Uint32Array.from(cold, i => known.items[i]!),
    impressions: Float64Array.from(cold, i => shown[i]!),
    clicks: Float64Array.from(cold, i => clicked[i]!),
    priors: priorsByTopic(known.items, shown, clicked, catalogue),
  }
}

const priorsByTopic = (
  items: Uint32Array,
  shown: Float64Array,
  clicked: Float64Array,
  catalogue: Catalogue,
): ReadonlyMap<number, BetaPrior> => {
  const rows = new Map<number, number[]>([[0, []]])
  items.forEach((item, i) => {
    if (shown[i] === 0) return
    const topic = catalogue.topics[item * ITEM_TOPICS]!
    rows.get(0)!.push(i)
    if (topic === 0) return
    if (rows.has(topic)) rows.get(topic)!.push(i)
    else rows.set(topic, [i])
  })
  const fit = (of: readonly number[], towards: BetaPrior): BetaPrior =>
    fitBeta(
      of.map(i => ({ trials: shown[i]!, successes: clicked[i]! })),
      towards,
    )
  const all = fit(rows.get(0)!, { alpha: 1, beta: 9 })
  return new Map([...rows].map(([topic, of]) => [topic, topic === 0 ? all : fit(of, all)]))
}
