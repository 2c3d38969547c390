import type { Catalogue } from '../catalogue.ts'
import { filters } from '../filters/index.ts'
import { passing } from '../filters/passing.ts'
import { pageConstraints } from '../rules/page-constraints.ts'
import { respace } from '../rules/respace.ts'
import type { Settings } from '../settings.ts'
import { havingSeen, type Viewer } from '../viewer.ts'
import { itemsOf } from './place.ts'
import type { Ranking } from './ranking.ts'
import { type Session, splitOf } from './session.ts'

/** A session with one page more, and what was ranked for it where its own ranking was short. */
export interface Turned {
  readonly session: Session
  readonly ranking: Ranking | undefined
}

/** Places that constraints look back on, at most: the upper bound of their settings. */
const LOOK_BACK = 50

/**
 * Turns to the next page: from what the session has ranked, without what was since seen, hidden or blocked, and
 * from a new ranking of `least` more where that is short. The page is full unless the whole pool has no more.
 */
export const turnPage =
  (catalogue: Catalogue, settings: Settings) =>
  async (
    session: Session,
    viewer: Viewer,
    limit: number,
    rank: (viewer: Viewer, least: number) => Promise<Ranking>,
  ): Promise<Turned> => {
    const { served, rest } = splitOf(session)
    const now = havingSeen(viewer, itemsOf(served))
    const ready = passing(rest, filters(catalogue, settings), now)
    const missing = limit - ready.length
    const ranking = missing > 0 ? await rank(havingSeen(now, itemsOf(ready)), missing) : undefined
    const next = respace(
      served.slice(-LOOK_BACK),
      [...ready, ...(ranking?.places ?? [])],
      pageConstraints(catalogue, settings),
    )
    return {
      ranking,
      session: {
        ...session,
        bundle: ranking === undefined ? session.bundle : ranking.bundle,
        rungs: [...new Set([...session.rungs, ...(ranking?.rungs ?? [])])],
        places: [...served, ...next],
        ends: [...session.ends, served.length + Math.min(limit, next.length)],
        done: next.length < limit,
      },
    }
  }
