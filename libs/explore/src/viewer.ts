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
  /** Items that this session has served, beyond those that the state has seen. */
  readonly served: Uint32Array
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
  const { user, ...known } = facts
  return viewerFrom(
    {
      ...known,
      attributes: attributeBuckets(user),
      surface: surfaceBucket(facts.surface),
      segment: user?.attributes?.[settings['groups.segment']] ?? '',
      served: new Uint32Array(0),
    },
    catalogue,
    settings,
  )
}

/** What a viewer is made of: with the catalogue and the settings, all that the stages know of them. */
export type ViewerParts = Pick<
  Viewer,
  'id' | 'state' | 'attributes' | 'surface' | 'segment' | 'served'
> & { readonly now: Millis }

/** A viewer as of `now`: the same wherever it is made. */
export const viewerFrom = (
  { now, ...parts }: ViewerParts,
  catalogue: Catalogue,
  settings: Settings,
): Viewer => {
  const { id, state, attributes, surface, served } = parts
  const features = viewerFeatures(1)
  fillViewer(features, 0, { state, attributes, surface, now }, catalogue)
  const seen = itemSet(catalogue.size, state.seen.items.subarray(0, state.seen.length))
  const blocked = new Set<number>()
  for (let i = 0; i < state.blocked.length; i++) {
    if (state.blocked.on[i] === 1) blocked.add(state.blocked.keys[i]!)
  }
  return {
    ...parts,
    group: groupOf(state.counts, settings),
    features,
    self: authorKey(id),
    seen: served.length === 0 ? seen : seen.with(served),
    blocked,
  }
}

/** The viewer as if `items` had been shown to them. */
export const havingSeen = (viewer: Viewer, items: ArrayLike<number>): Viewer => {
  const served = new Uint32Array(viewer.served.length + items.length)
  served.set(viewer.served)
  served.set(items, viewer.served.length)
  return { ...viewer, served, seen: viewer.seen.with(items) }
}
