import { exploreFunnel, randomOf, type Settings, SOURCES, type Viewer } from '@explore/explore'
import type { Rng } from '@explore/learn'
import type { Context } from '@explore/pipeline'
import { type Tally, tally } from '../tally.ts'
import { nearestExactly } from './nearest-exactly.ts'
import { type Passage, watchPassage } from './passage.ts'
import { bestOf, rankEverything } from './rank-everything.ts'
import { RERANKINGS } from './rerankings.ts'
import { knownUsers, type Served, viewerNow } from './served.ts'
import { bestPage, survival, survivalByOneAlone } from './survival.ts'

/** Where survival is reported: the second stage's best so many. */
export const BEST = [10, 25, 50] as const
/** What is unique to a source, and what approximate search costs, is told of so many. */
export const MOST = 50

export interface FunnelMeasures {
  readonly requests: number
  /** Items of the pool on average, after the filters. */
  readonly pool: number
  /** Whether the pool was a sample of the catalogue. */
  readonly sampled: boolean
  /** The steps that chose, in order. */
  readonly steps: readonly string[]
  /** Figures by name: see `measureFunnel`. */
  readonly figures: Tally
}

/**
 * Runs the served funnel for `requests` viewers and, beside it, its second stage over the whole pool. Figures:
 * `STEP@k` survival of the best k after a step (`sources`: in any list), `STEP size`, `STEP value` the best page
 * that can still be made over the best of all, `page value` that of the page as served, `source NAME@k`,
 * `source NAME size`, `source NAME alone`, `rerank NAME` the value that reranking costs in a variant, `ann` and
 * `exact@k` of two-tower retrieval; and `GROUP …` of the viewers of a group.
 */
export const measureFunnel = async (
  served: Served,
  options: {
    readonly requests: number
    /** Largest pool that is ranked whole; of a larger catalogue a random sample is. */
    readonly pool: number
    readonly random: Rng
    readonly onProgress?: (fraction: number, note: string) => void
    readonly signal?: AbortSignal
  },
): Promise<FunnelMeasures> => {
  const { stores, settings, now } = served
  const { catalogue, bundle } = stores
  const { random, signal, onProgress } = options
  const figures = tally()
  const funnels = RERANKINGS.map(({ name, changes }) => {
    const variant: Settings = { ...settings, ...changes }
    return { name, funnel: exploreFunnel(stores, variant) }
  })
  const all = Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
  const sampled = all.length > options.pool
  const nearest = nearestExactly(bundle.retriever, all)
  const users = random
    .fork('viewers')
    .shuffle([...(await knownUsers(served))])
    .slice(0, options.requests)
  const places = settings['page.limit']
  const chosen = new Map<string, boolean>()

  const context = (user: string): Context => ({
    now,
    random: randomOf(`evaluate ${user}`),
    signal: signal ?? new AbortController().signal,
  })

  const measure = async (row: number): Promise<void> => {
    const id = users[row]!
    const viewer = await viewerNow(served, id)
    const add = (name: string, over: number, under?: number): void => {
      figures.add(name, row, over, under)
      figures.add(`${viewer.group} ${name}`, row, over, under)
    }
    const { observer, passage } = watchPassage()
    const [whole, ...variants] = funnels
    const { slate } = await whole!.funnel.run(viewer, context(id), { observer })
    const found = new Set([...passage.lists.values()].flatMap(list => [...list]))
    const pool = sampled ? sampleWith(all, options.pool, found, random) : all
    const scoreOf = await rankEverything(served, pool, viewer, context(id))
    if (scoreOf.size === 0) return
    const best = BEST.map(k => ({ k, items: bestOf(scoreOf, k) }))
    const most = bestPage(scoreOf.keys(), scoreOf, places)
    add('pool', scoreOf.size)

    const after = (name: string, left: ReadonlySet<number>): void => {
      add(`${name} size`, left.size)
      for (const { k, items } of best) add(`${name}@${k}`, survival(items, left))
    }
    const reachable = new Set([...found].filter(item => scoreOf.has(item)))
    after('sources', reachable)
    figures.add('sources value', row, bestPage(reachable, scoreOf, places), most)
    for (const { step, items, changed } of passage.steps) {
      chosen.set(step, chosen.get(step) || changed)
      after(step, new Set(items))
      add(`${step} value`, bestPage(items, scoreOf, places), most)
    }
    const page = slate.items.subarray(0, places)
    after('page', new Set(page))
    add('page value', sumOf(page, scoreOf), most)

    sourcesOf(passage, best, add)
    for (const { name, funnel } of variants) {
      const watch = watchPassage()
      const run = await funnel.run(viewer, context(id), { observer: watch.observer })
      add(`rerank ${name}`, ...rerankCost(watch.passage, run.slate.items, scoreOf, places))
    }
    add(`rerank ${whole!.name}`, ...rerankCost(passage, slate.items, scoreOf, places))
    await compareSearch(viewer, passage, best, add)
  }

  /** Approximate search against an exact one, for as many as the source was asked for. */
  const compareSearch = async (
    viewer: Viewer,
    { lists }: Passage,
    best: readonly { readonly k: number; readonly items: Uint32Array }[],
    add: (name: string, value: number) => void,
  ): Promise<void> => {
    const list = lists.get('two-tower')
    if (list === undefined || list.length === 0) return
    const exact = nearest(await bundle.retriever.embed(viewer.features), list.length)
    add('ann', survival(exact, new Set(list)))
    const kept = new Set(exact)
    for (const { k, items } of best) add(`exact@${k}`, survival(items, kept))
  }

  for (let row = 0; row < users.length; row++) {
    signal?.throwIfAborted()
    await measure(row)
    onProgress?.((row + 1) / users.length, `${row + 1} of ${users.length} requests`)
  }
  const steps = [...chosen].flatMap(([step, changed]) => (changed ? [step] : []))
  return { requests: users.length, pool: all.length, sampled, steps, figures }
}

const sourcesOf = (
  { lists }: Passage,
  best: readonly { readonly k: number; readonly items: Uint32Array }[],
  add: (name: string, value: number) => void,
): void => {
  const sets = SOURCES.map(name => new Set(lists.get(name)))
  const alone = survivalByOneAlone(best.find(({ k }) => k === MOST)!.items, sets)
  SOURCES.forEach((name, i) => {
    add(`source ${name} size`, sets[i]!.size)
    add(`source ${name} alone`, alone[i]!)
    for (const { k, items } of best) add(`source ${name}@${k}`, survival(items, sets[i]!))
  })
}

/** What reranking takes from the best page of what it got, and that page's value. */
const rerankCost = (
  { steps }: Passage,
  ranked: Uint32Array,
  scoreOf: ReadonlyMap<number, number>,
  places: number,
): [over: number, under: number] => {
  const got = bestPage(steps.at(-2)!.items, scoreOf, places)
  return [got - sumOf(ranked.subarray(0, places), scoreOf), got]
}

const sumOf = (items: Uint32Array, scoreOf: ReadonlyMap<number, number>): number =>
  items.reduce((sum, item) => sum + (scoreOf.get(item) ?? 0), 0)

/** `size` random items, and all of `found`. */
const sampleWith = (
  all: Uint32Array,
  size: number,
  found: ReadonlySet<number>,
  random: Rng,
): Uint32Array => {
  const taken = new Set(found)
  while (taken.size < size) taken.add(all[random.int(all.length)]!)
  return Uint32Array.from(taken)
}
