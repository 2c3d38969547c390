import type { Settings } from './settings.ts'
import { attributeBuckets, surfaceBucket } from './signals/feature-buckets.ts'
import { viewerFeatures, type ViewerFeatures } from './signals/features.ts'
import { fillViewer } from './signals/fill-viewer.ts'
import type { Catalogue } from './catalogue.ts'
import { authorKey } from './hash.ts'
import { type ItemSet, itemSet } from './item-set.ts'
import type { UserState } from './signals/user-state.ts'
import { watched } from './signals/watched.ts'
import type { Group, Id, Millis, User } from './types.ts'

/** One viewer as of one request: the query that every stage of the funnel gets. */
export interface Viewer {
  readonly id: Id
  readonly group: Group
  /** Segment of popular-in-group, for instance a country; '' = all viewers. */
  readonly segment: string
  readonly state: UserState
  readonly attributes: Int32Array
  readonly surface: number
  readonly features: ViewerFeatures
  /** The viewer's own author key: own items are not recommended. */
  readonly self: number
  /** Items shown to the viewer, and those that this session has served. */
  readonly seen: ItemSet
  readonly blocked: ReadonlySet<number>
}

/** By how much a viewer has been shown; `counts` as in `UserState`. */
export const groupOf = (counts: ArrayLike<number>, settings: Settings): Group => {
  const met = watched(counts)
  if (met <= settings['groups.newMax']) return 'new'
  return met >= settings['groups.heavyMin'] ? 'heavy' : 'casual'
}

/** Everything that a request needs to know of its viewer, from state and profile as of `now`. */
export const viewerOf = (
  facts: {
    readonly id: Id
    readonly state: UserState
    readonly user: User | undefined
    readonly surface?: string | undefined
    readonly now: Millis
  },
  catalogue: Catalogue,
  settings: Settings,
): Viewer => {
  const { id, state, user, now } = facts
  const attributes = attributeBuckets(user)
  const surface = surfaceBucket(facts.surface)
  const features = viewerFeatures(1)
  fillViewer(features, 0, { state, attributes, surface, now }, catalogue)
  const seen = itemSet(catalogue.size, state.seen.items.subarray(0, state.seen.length))
  const blocked = new Set<number>()
  for (let i = 0; i < state.blocked.length; i++) {
    if (state.blocked.on[i] === 1) blocked.add(state.blocked.keys[i]!)
  }
  return {
    id,
    group: groupOf(state.counts, settings),
    segment: user?.attributes?.[settings['groups.segment']] ?? '',
    state,
    attributes,
    surface,
    features,
    self: authorKey(id),
    seen,
    blocked,
  }
}

/** The viewer as if `items` had been shown to them. */
export const havingSeen = (viewer: Viewer, items: ArrayLike<number>): Viewer => ({
  ...viewer,
  seen: viewer.seen.with(items),
})
