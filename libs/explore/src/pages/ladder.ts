import type { Context } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import { ExploreError } from '../errors.ts'
import { filters } from '../filters/index.ts'
import { passing } from '../filters/passing.ts'
import { type Elsewhere, exploreFunnel } from '../funnel.ts'
import type { Bundle, ProfileStore, StateStore } from '../ports.ts'
import { retrievalOrder } from '../rankers/first-stage.ts'
import { firstStageOrder } from '../rankers/second-stage.ts'
import type { Settings } from '../settings.ts'
import { havingSeen, type Viewer } from '../viewer.ts'
import { deadline } from './deadline.ts'
import { explainRows } from './explain.ts'
import { fallbackFunnel } from './fallback.ts'
import type { PageCall } from './page-call.ts'
import { itemsOf } from './place.ts'
import { readPrecomputed } from './precomputed.ts'
import { predictionsOf } from './predictions.ts'
import { joined, placesOf, type Ranking } from './ranking.ts'

/** What pages are made from. `bundle` is undefined before the first training. */
export interface PageStores {
  readonly state: StateStore
  readonly profiles: Pick<ProfileStore, 'user'>
  readonly catalogue: Catalogue
  readonly bundle: Bundle | undefined
  /** Stages that other processes run. */
  readonly elsewhere?: ((settings: Settings) => Elsewhere) | undefined
}

/** What is to be ranked for a viewer. */
export interface Ask {
  /** Places wanted; fewer come only when the pool has no more. */
  readonly least: number
  /** Seeds the draws: the same seed on the same state gives the same ranking. */
  readonly seed: string
  readonly explain?: boolean | undefined
  /** Keep what the second stage says of the items. */
  readonly compare?: boolean | undefined
  /** Ordinal of an item whose way is to be recorded. */
  readonly watch?: number | undefined
}

/** The ladder of degradation: each rung stands in for those above it, and all keep to the same filters. */
export const ladder = (stores: PageStores, settings: Settings) => {
  const { state, catalogue, bundle } = stores
  const funnel =
    bundle && exploreFunnel({ state, catalogue, bundle }, settings, stores.elsewhere?.(settings))
  const fallback = fallbackFunnel(stores, settings)
  const refuse = filters(catalogue, settings)

  /** Runs `work` within the settings' deadlines, or the part of them that is left until `last`. */
  const inTime = async <T>(
    now: number,
    ask: Ask,
    work: (context: Context) => Promise<T>,
    last = Infinity,
  ): Promise<T> => {
    const most = Math.min(settings['page.deadlineMs'], last - performance.now())
    const ends = performance.now() + most
    const whole = deadline(most)
    const sources = deadline(
      (settings['page.sourcesMs'] * Math.max(0, most)) / settings['page.deadlineMs'],
    )
    try {
      const signals = { signal: whole.signal, retrieval: sources.signal, deadline: ends }
      return await work({ ...contextOf(ask, now), ...signals })
    } finally {
      whole.clear()
      sources.clear()
    }
  }

  /** Rung 1: the whole funnel. Throws when it fails beyond what its own stages catch. */
  const live = async (viewer: Viewer, ask: Ask, context: Context): Promise<Ranking> => {
    const { slate, trace } = await funnel!.run(viewer, context, { watch: ask.watch })
    const scored = !trace.rungs.includes(firstStageOrder.rung)
    const explanations = ask.explain ? explainRows(slate, trace, viewer.group, settings) : undefined
    const places = placesOf(slate, scored ? slate.score : undefined, explanations)
    return {
      ...{ origin: 'live', bundle: bundle!.id, places, rungs: trace.rungs, trace },
      ...(ask.compare && scored && { predictions: predictionsOf(slate) }),
    }
  }

  /** Rung 2: the viewer's precomputed ranking without what was since seen, hidden or blocked. */
  const precomputed = async (viewer: Viewer, { wall }: PageCall): Promise<Ranking | undefined> => {
    try {
      const maxAge = settings['precompute.maxAgeHours'] * 3_600_000
      const page = await readPrecomputed(state, viewer.id, wall, maxAge)
      const places = page && passing(page.places, refuse, viewer)
      if (page === undefined || places!.length === 0) return undefined
      const rungs = ['precomputed page']
      return { origin: 'precomputed', bundle: page.bundle, places: places!, rungs }
    } catch {
      // A page that cannot be read is none; the filters, should they have thrown, do so again below.
      return undefined
    }
  }

  /** Rung 3: no models at all. */
  const modelless = async (
    viewer: Viewer,
    ask: Ask,
    now: number,
    rung: string,
  ): Promise<Ranking> => {
    const { slate, trace } = await inTime(now, ask, context =>
      fallback.run(viewer, context, { watch: ask.watch }),
    )
    const rungs = [rung, ...trace.rungs]
    return { origin: 'fallback', bundle: null, places: placesOf(slate, undefined), rungs, trace }
  }

  /** Tops up `ready` by `more`, asked without what `ready` has, where it is shorter than a page. */
  const filled = async (
    ready: Ranking | undefined,
    viewer: Viewer,
    ask: Ask,
    more: (viewer: Viewer) => Promise<Ranking>,
  ): Promise<Ranking> => {
    if (ready === undefined) return more(viewer)
    if (ready.places.length >= ask.least) return ready
    return joined(ready, await more(havingSeen(viewer, itemsOf(ready.places))))
  }

  const now = async (viewer: Viewer, ask: Ask, call: PageCall): Promise<Ranking> => {
    if (funnel === undefined) return modelless(viewer, ask, call.now, 'no bundle')
    try {
      const ranking = await inTime(
        call.now,
        ask,
        context => live(viewer, ask, context),
        call.deadline,
      )
      if (!rankersOut(ranking)) return ranking
      return filled(await precomputed(viewer, call), viewer, ask, async () => ranking)
    } catch (error) {
      return filled(await precomputed(viewer, call), viewer, ask, viewer =>
        modelless(viewer, ask, call.now, reasonOf(error)),
      )
    }
  }

  return {
    /** The best ranking that can be had, from the rung that the policy and the day allow. */
    rank: async (viewer: Viewer, ask: Ask, call: PageCall): Promise<Ranking> => {
      const serve = settings['precompute.serve']
      const peak = (call.waiting ?? 0) >= settings['precompute.peakQueue']
      const early = serve === 'always' || (serve === 'peak' && peak)
      const ready = early ? await precomputed(viewer, call) : undefined
      return filled(ready, viewer, ask, viewer => now(viewer, ask, call))
    },
    /** The live ranking without a deadline, for the off-peak job; undefined without a bundle. */
    unhurried: async (
      viewer: Viewer,
      ask: Ask,
      call: Pick<PageCall, 'now'>,
    ): Promise<Ranking | undefined> =>
      funnel &&
      live(viewer, ask, { ...contextOf(ask, call.now), signal: new AbortController().signal }),
  }
}

const contextOf = ({ seed, explain = false }: Ask, now: number) => ({ now, seed, explain })

const rankersOut = ({ rungs }: Ranking): boolean =>
  rungs.includes(retrievalOrder.rung) && rungs.includes(firstStageOrder.rung)

const reasonOf = (error: unknown): string =>
  (error instanceof DOMException && error.name === 'TimeoutError') ||
  (error instanceof ExploreError && error.code === 'DEADLINE_EXCEEDED')
    ? 'live ranking was late'
    : 'live ranking failed'
