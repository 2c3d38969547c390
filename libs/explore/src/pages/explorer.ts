import type { Page, PageItem, PageRequest } from '../api.ts'
import { ExploreError } from '../errors.ts'
import { safetyFilters } from '../filters/index.ts'
import { passing, refusedBy } from '../filters/passing.ts'
import type { Settings } from '../settings.ts'
import { emptyUserState } from '../signals/user-state.ts'
import { decodeUserState } from '../signals/user-state-codec.ts'
import { type Id, SOURCES } from '../types.ts'
import { type Viewer, viewerOf } from '../viewer.ts'
import { explainAbsence } from './absence.ts'
import { ladder, type PageStores } from './ladder.ts'
import type { PageCall } from './page-call.ts'
import type { Place } from './place.ts'
import { isCompared, type Predictions, predictionsFor, writePredictions } from './predictions.ts'
import {
  decodeCursor,
  encodeCursor,
  newSession,
  pageOf,
  readSession,
  type Session,
  writeSession,
} from './session.ts'
import { turnPage } from './turn-page.ts'

/** Serves pages from one set of stores under one settings object; make a new one when either changes. */
export const explorer = (stores: PageStores, settings: Settings) => {
  const { state, profiles, catalogue } = stores
  const { rank, unhurried } = ladder(stores, settings)
  const turn = turnPage(catalogue, settings)
  const safe = safetyFilters(catalogue, settings)

  const page = async (request: PageRequest, call: PageCall): Promise<Page> => {
    const limit = limitOf(request, settings)
    if (catalogue.size === 0) throw new ExploreError('CATALOGUE_EMPTY', 'there are no items yet')
    const cursor = request.cursor === undefined ? undefined : decodeCursor(request.cursor)
    const { session: id, page: index } = cursor ?? { session: call.requestId, page: 0 }
    const opened =
      cursor === undefined
        ? newSession(request.userId)
        : await readSession(state, cursor, request.userId, call.wall)
    const viewer = await viewerFor(request, call.now)

    const compare = isCompared(call.requestId, settings['calibration.share'])
    const served = index < opened.ends.length
    const { session: turned, ranking } = served
      ? { session: opened, ranking: undefined }
      : await turn(opened, viewer, limit, (viewer, least) => {
          const seed = `${id}.${index}`
          return rank(
            viewer,
            { least, seed, compare, explain: request.explain, watch: watchOf(request) },
            call,
          )
        })
    if (ranking?.trace) call.traced?.(ranking.trace)
    const session = served ? turned : await keep(id, turned, call)

    // What was hidden or blocked since it was served leaves the page, which else stays as it was.
    const places = passing(pageOf(session, index), safe, viewer)
    if (ranking?.predictions) await keepPredictions(ranking.predictions, places, call)
    const last = session.done && index === session.ends.length - 1
    return {
      requestId: call.requestId,
      userId: viewer.id,
      group: viewer.group,
      origin: cursor === undefined ? ranking!.origin : 'session',
      items: places.map(place => itemOf(place, request.explain ?? false)),
      nextCursor: last ? null : encodeCursor({ session: id, page: index + 1 }),
      bundle: session.bundle,
      degraded: session.rungs,
      ...(request.explain && ranking?.trace && { trace: ranking.trace.steps }),
      ...(request.explainItem !== undefined && {
        absent: explainAbsence({
          ...whereabouts(request.explainItem, viewer),
          page: places,
          index,
          session,
          trace: ranking?.trace,
        }),
      }),
    }
  }

  /** Throws when the viewer's state cannot be read: whom they block would be unknown, and no filter fails open. */
  const viewerFor = async ({ userId, surface }: PageRequest, now: number): Promise<Viewer> => {
    const [[bytes], user] = await Promise.all([state.users([userId]), profiles.user(userId)])
    const known = bytes === undefined ? emptyUserState() : decodeUserState(bytes)
    return viewerOf({ id: userId, state: known, user, surface, now }, catalogue, settings)
  }

  /** Keeps the session for its next page; a store that cannot costs the cursor, not the page. */
  const keep = async (id: string, session: Session, call: PageCall): Promise<Session> => {
    // A first page that has all there is needs no next one.
    if (session.done && session.ends.length === 1) return session
    try {
      await writeSession(state, id, session, call.wall + settings['page.sessionMs'])
      return session
    } catch {
      return { ...session, rungs: [...session.rungs, 'without a cursor'], done: true }
    }
  }

  /** For whoever hears what becomes of the page; a store that cannot costs the comparison, not the page. */
  const keepPredictions = async (
    predictions: Predictions,
    places: readonly Place[],
    { requestId, wall }: PageCall,
  ): Promise<void> => {
    const shown = predictionsFor(
      predictions,
      places.map(({ item }) => item),
    )
    await writePredictions(state, requestId, shown, wall).catch(() => {})
  }

  const itemOf = (place: Place, explain: boolean): PageItem => ({
    itemId: catalogue.id(place.item),
    score: place.score,
    sources: SOURCES.filter((_, bit) => (place.sources & (1 << bit)) !== 0),
    ...(place.slot !== undefined && { propensity: 1 / place.slot }),
    ...(explain && place.explanation && { explanation: place.explanation }),
  })

  const watchOf = ({ explainItem }: PageRequest): number | undefined =>
    explainItem === undefined ? undefined : catalogue.ordinal(explainItem)

  const whereabouts = (itemId: Id, viewer: Viewer) => {
    const ordinal = catalogue.ordinal(itemId)
    const known = ordinal !== undefined
    return {
      itemId,
      ordinal,
      unsafe: known ? refusedBy(ordinal, safe, viewer) : undefined,
      seen: known && viewer.seen.has(ordinal),
    }
  }

  return {
    /** One page; throws LIMIT_INVALID, CURSOR_INVALID, CURSOR_EXPIRED or CATALOGUE_EMPTY. */
    page,

    /** A viewer's whole ranking, for the off-peak job; undefined where it would be a degraded one. */
    ranking: async (
      userId: string,
      call: Pick<PageCall, 'now' | 'requestId'>,
    ): Promise<readonly Place[] | undefined> => {
      const viewer = await viewerFor({ userId }, call.now)
      const ranking = await unhurried(viewer, { least: 0, seed: call.requestId }, call)
      return ranking && ranking.rungs.length === 0 ? ranking.places : undefined
    },
  }
}

export type Explorer = ReturnType<typeof explorer>

const limitOf = (request: PageRequest, settings: Settings): number => {
  const limit = request.limit ?? settings['page.limit']
  const most = settings['page.maxLimit']
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw new ExploreError('LIMIT_INVALID', `limit must be a whole number from 1 to ${most}`, {
    field: 'limit',
  })
}
