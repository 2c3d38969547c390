import type { Page } from '../api.ts'
import type { Group, Id, Millis, SourceName } from '../types.ts'

/** A page as it was served: one record of the topic of impressions. */
export interface ServedPage {
  readonly requestId: string
  readonly userId: Id
  readonly time: Millis
  readonly surface?: string
  readonly group: Group
  readonly origin: Page['origin']
  readonly bundle?: string
  readonly degraded: readonly string[]
  /** Best first: the place of an item is its position on the page. */
  readonly items: readonly ServedItem[]
  /** Of pages that were sampled for it and ranked for this request. */
  readonly features?: ServedFeatures | undefined
}

export interface ServedItem {
  readonly itemId: Id
  /** 0-based. */
  readonly position: number
  /** Absent where a fallback ranked. */
  readonly score?: number
  readonly sources: readonly SourceName[]
  /** The chance with which exploration drew the item's place; absent where it did not. */
  readonly propensity?: number
}

/** What the second stage was asked, as it was: the viewer's columns, and the pair's for each item of the page. */
export interface ServedFeatures {
  readonly version: number
  /** Whose ordinals the viewer's history names. */
  readonly catalogueId: string
  /** By column of `ViewerFeatures`. */
  readonly viewer: Readonly<Record<string, { readonly values: readonly number[] }>>
  /** Rows of `CandidateFeatures`; an item that was ranked for another request has none. */
  readonly pairs: readonly {
    readonly itemId: Id
    readonly dense: readonly number[]
    readonly cross: readonly number[]
  }[]
}

/** What is recorded of a page. */
export const servedPage = (
  { requestId, userId, group, origin, bundle, degraded, items }: Page,
  {
    time,
    surface,
    features,
  }: {
    readonly time: Millis
    readonly surface?: string | undefined
    readonly features?: ServedFeatures | undefined
  },
): ServedPage => ({
  ...{ requestId, userId, time, group, origin, degraded },
  ...(surface !== undefined && { surface }),
  ...(bundle !== null && { bundle }),
  items: items.map(({ itemId, score, sources, propensity }, position) => ({
    ...{ itemId, position, sources },
    ...(score !== null && { score }),
    ...(propensity !== undefined && { propensity }),
  })),
  ...(features !== undefined && { features }),
})
