import type { Context, Filter } from '@explore/pipeline'
import type { AbsenceExplanation, Page, PageRequest } from '../api.ts'
import type { Catalogue } from '../catalogue.ts'
import { ExploreError } from '../errors.ts'
import { filters, safetyFilters } from '../filters/index.ts'
import { exploreFunnel } from '../funnel.ts'
import type { Bundle, ProfileStore, StateStore } from '../ports.ts'
import { randomOf } from '../random.ts'
import type { Settings } from '../settings.ts'
import { decodeUserState, emptyUserState } from '../signals/user-state.ts'
import { SOURCES } from '../types.ts'
import { type Viewer, viewerOf } from '../viewer.ts'
import { explainAbsence, explainRows } from './explain.ts'
import { fallbackFunnel } from './fallback.ts'
import { passing, type Place } from './place.ts'
import { readPrecomputed } from './precomputed.ts'
import { decodeCursor, encodeCursor, readSession, type Session, writeSession } from './session.ts'

/** What pages are made from. `bundle` is undefined before the first training. */
export interface PageStores {
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly catalogue: Catalogue
  readonly bundle: Bundle | undefined
}

/** The circumstances of one call. */
export interface PageCall {
  readonly now: number
  /** A UUID: names the page, its session and its draws. */
  readonly requestId: string
  /** Requests waiting behind this one, for the peak policy. */
  readonly waiting?: number
}

/** A ranking before it is cut into pages. */
interface Ranking {
  readonly origin: Page['origin']
  readonly bundle: string | null
  readonly places: readonly Place[]
  readonly rungs: readonly string[]
  readonly trace?: Page['trace']
  /** Explains why the watched item is not among the first `limit`. */
  readonly absence?: (limit: number) => AbsenceExplanation
}

/** Serves pages from one set of stores under one settings object; make a new one when either changes. */
export const explorer = (stores: PageStores, settings: Settings) => {
  const { state, profiles, catalogue, bundle } = stores
  const live = bundle && exploreFunnel({ state, catalogue, bundle }, settings)
  const fallback = fallbackFunnel(stores, settings)
  const safe = safetyFilters(catalogue, settings)
  const refuse = filters(catalogue, settings)

  const viewerFor = async (
    request: PageRequest,
    now: number,
    served?: Uint32Array,
  ): Promise<Viewer> => {
    const [[bytes], user] = await Promise.all([
      state.users([request.userId]),
      profiles.user(request.userId),
    ])
    const known = bytes === undefined ? emptyUserState() : decodeUserState(bytes)
    const facts = { id: request.userId, state: known, user, surface: request.surface, served, now }
    return viewerOf(facts, catalogue, settings)
  }

  const rankLive = async (
    viewer: Viewer,
    request: PageRequest,
    context: Context,
  ): Promise<Ranking> => {
    const watch = request.explainItem && catalogue.ordinal(request.explainItem)
    const options = watch === undefined || watch === '' ? {} : { watch }
    const { slate, trace } = await live!.run(viewer, context, options)
    const explanations = request.explain && explainRows(slate, trace, viewer.group, settings)
    const degraded = trace.rungs.includes('first-stage order')
    return {
      origin: 'live',
      bundle: bundle!.id,
      rungs: trace.rungs,
      places: Array.from(slate.items, (item, row) => ({
        item,
        score: degraded ? null : slate.score[row]!,
        sources: slate.sources[row]!,
        ...(explanations && { explanation: explanations[row]! }),
      })),
      trace: trace.steps,
      absence: limit => {
        const row = watch === undefined ? -1 : slate.items.indexOf(watch as number)
        const place = row >= 0 && row < limit ? row : undefined
        return explainAbsence(request.explainItem!, trace, place, limit)
      },
    }
  }

  const rankFallback = async (viewer: Viewer, context: Context, rung: string): Promise<Ranking> => {
    const { slate, trace } = await fallback.run(viewer, context)
    return {
      origin: 'fallback',
      bundle: null,
      rungs: [rung, ...trace.rungs],
      places: Array.from(slate.items, (item, row) => ({
        item,
        score: null,
        sources: slate.sources[row]!,
      })),
      trace: trace.steps,
    }
  }

  /** The viewer's precomputed ranking without what was since seen, hidden or blocked. */
  const rankPrecomputed = async (viewer: Viewer, now: number): Promise<Ranking | undefined> => {
    const maxAge = settings['precompute.maxAgeHours'] * 3_600_000
    const page = await readPrecomputed(state, viewer.id, now, maxAge)
    if (page === undefined) return undefined
    const places = passing(page.places, refuse, viewer)
    return { origin: 'precomputed', bundle: page.bundle, places, rungs: ['precomputed page'] }
  }

  /** The best ranking that can be had: the ladder of degradation, top rung first. */
  const rank = async (viewer: Viewer, request: PageRequest, call: PageCall): Promise<Ranking> => {
    const context = contextOf(call, settings)
    const serve = settings['precompute.serve']
    const peak = (call.waiting ?? 0) >= settings['precompute.peakQueue']
    if (serve === 'always' || (serve === 'peak' && peak)) {
      const ready = await rankPrecomputed(viewer, call.now)
      if (ready !== undefined) return ready
    }
    if (live === undefined) return rankFallback(viewer, context, 'no bundle')
    try {
      return await rankLive(viewer, request, context)
    } catch (error) {
      const ready = await rankPrecomputed(viewer, call.now)
      if (ready !== undefined) return { ...ready, rungs: [...ready.rungs, reasonOf(error)] }
      return rankFallback(viewer, contextOf(call, settings), reasonOf(error))
    }
  }

  /** Fills up `ranking` from a live or fallback run where it is shorter than a page. */
  const filled = async (
    ranking: Ranking,
    limit: number,
    request: PageRequest,
    call: PageCall,
  ): Promise<Ranking> => {
    if (ranking.places.length >= limit || ranking.origin !== 'precomputed') return ranking
    const served = Uint32Array.from(ranking.places, place => place.item)
    const viewer = await viewerFor(request, call.now, served)
    const context = contextOf(call, settings)
    const more = await (live === undefined
      ? rankFallback(viewer, context, 'no bundle')
      : rankLive(viewer, request, context).catch(error =>
          rankFallback(viewer, contextOf(call, settings), reasonOf(error)),
        ))
    return { ...ranking, places: [...ranking.places, ...more.places] }
  }

  const format = (
    ranking: Pick<Ranking, 'origin' | 'bundle' | 'rungs' | 'trace' | 'absence'>,
    page: readonly Place[],
    next: string | null,
    viewer: Viewer,
    request: PageRequest,
    call: PageCall,
  ): Page => ({
    requestId: call.requestId,
    userId: viewer.id,
    group: viewer.group,
    origin: ranking.origin,
    items: page.map(({ item, score, sources, explanation }) => ({
      itemId: catalogue.id(item),
      score,
      sources: SOURCES.filter((_, bit) => (sources & (1 << bit)) !== 0),
      ...(request.explain && explanation !== undefined && { explanation }),
    })),
    nextCursor: next,
    bundle: ranking.bundle,
    degraded: ranking.rungs,
    ...(request.explain && ranking.trace && { trace: ranking.trace }),
    ...(request.explainItem && { absent: absenceOf(request, ranking, page, viewer) }),
  })

  const absenceOf = (
    request: PageRequest,
    ranking: Pick<Ranking, 'absence'>,
    page: readonly Place[],
    viewer: Viewer,
  ): AbsenceExplanation => {
    const itemId = request.explainItem!
    const ordinal = catalogue.ordinal(itemId)
    const because = (reason: string): AbsenceExplanation => ({ itemId, reason, steps: [] })
    if (ordinal === undefined) return because('the catalogue has no such item: PUT /v1/items first')
    const refused = refusedBy(ordinal, refuse, viewer)
    if (refused !== undefined) return { ...because(`refused by ${refused}`), leftAt: 'filter' }
    return (
      ranking.absence?.(page.length) ??
      because('this page came from no live ranking: ask without a cursor')
    )
  }

  const firstPage = async (request: PageRequest, call: PageCall, limit: number): Promise<Page> => {
    const viewer = await viewerFor(request, call.now)
    const ranking = await filled(await rank(viewer, request, call), limit, request, call)
    const page = ranking.places.slice(0, limit)
    const session: Session = {
      user: viewer.id,
      bundle: ranking.bundle,
      pages: [page],
      rest: ranking.places.slice(limit),
      rungs: ranking.rungs,
    }
    const more = page.length === limit
    if (more)
      await writeSession(state, call.requestId, session, call.now + settings['page.sessionMs'])
    const next = more ? encodeCursor({ session: call.requestId, page: 1 }) : null
    return format(ranking, page, next, viewer, request, call)
  }

  const laterPage = async (request: PageRequest, call: PageCall, limit: number): Promise<Page> => {
    const cursor = decodeCursor(request.cursor!)
    const session = await readSession(state, cursor, request.userId)
    const served = session.pages.flat()
    const viewer = await viewerFor(
      request,
      call.now,
      Uint32Array.from(served, place => place.item),
    )
    const next = encodeCursor({ session: cursor.session, page: cursor.page + 1 })
    const again = session.pages[cursor.page]
    const known = { origin: 'session', bundle: session.bundle, rungs: session.rungs } as const
    if (again !== undefined) {
      const last = again.length < limit && cursor.page === session.pages.length - 1
      return format(known, passing(again, safe, viewer), last ? null : next, viewer, request, call)
    }

    let rest = passing(session.rest, refuse, viewer)
    let rungs = session.rungs
    if (rest.length < limit) {
      // The ranking is used up: rank again without all that this session has served or will serve now.
      const taken = Uint32Array.from([...served, ...rest], place => place.item)
      const more = await rank(await viewerFor(request, call.now, taken), request, call)
      rest = [...rest, ...more.places]
      rungs = more.rungs
    }
    const page = rest.slice(0, limit)
    const pages = [...session.pages, page]
    const grown: Session = { ...session, pages, rest: rest.slice(limit), rungs }
    await writeSession(state, cursor.session, grown, call.now + settings['page.sessionMs'])
    const last = page.length < limit
    return format({ ...known, rungs }, page, last ? null : next, viewer, request, call)
  }

  return {
    /** One page; throws LIMIT_INVALID, CURSOR_INVALID, CURSOR_EXPIRED or CATALOGUE_EMPTY. */
    page: async (request: PageRequest, call: PageCall): Promise<Page> => {
      const limit = request.limit ?? settings['page.limit']
      if (!Number.isInteger(limit) || limit < 1 || limit > settings['page.maxLimit']) {
        throw new ExploreError(
          'LIMIT_INVALID',
          `limit must be a whole number from 1 to ${settings['page.maxLimit']}`,
          { field: 'limit' },
        )
      }
      if (catalogue.size === 0) throw new ExploreError('CATALOGUE_EMPTY', 'there are no items yet')
      return request.cursor === undefined
        ? firstPage(request, call, limit)
        : laterPage(request, call, limit)
    },

    /** A viewer's whole ranking, for the off-peak job. */
    ranking: async (userId: string, call: PageCall): Promise<readonly Place[]> => {
      const request = { userId }
      const viewer = await viewerFor(request, call.now)
      return (await rankLive(viewer, request, contextOf(call, settings))).places
    },
  }
}

export type Explorer = ReturnType<typeof explorer>

const contextOf = ({ now, requestId }: PageCall, settings: Settings): Context => ({
  now,
  random: randomOf(requestId),
  signal: AbortSignal.timeout(settings['page.deadlineMs']),
})

const reasonOf = (error: unknown): string =>
  error instanceof DOMException && error.name === 'TimeoutError'
    ? 'live ranking was late'
    : 'live ranking failed'

const refusedBy = (
  item: number,
  filters: readonly Filter<Viewer, {}>[],
  viewer: Viewer,
): string | undefined => {
  const slate = { length: 1, items: Uint32Array.of(item) }
  return filters.find(filter => !filter.keep(0, slate, viewer))?.name
}
