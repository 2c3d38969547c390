import type { Filter } from '@explore/pipeline'
import type { ItemExplanation } from '../api.ts'
import type { Viewer } from '../viewer.ts'

/** One ranked item, as sessions and precomputed pages keep it. */
export interface Place {
  readonly item: number
  /** null where a fallback ranked. */
  readonly score: number | null
  /** Source mask. */
  readonly sources: number
  readonly explanation?: ItemExplanation
}

/** The places that every filter lets through, in their order. */
export const passing = (
  places: readonly Place[],
  filters: readonly Filter<Viewer, {}>[],
  viewer: Viewer,
): readonly Place[] => {
  const slate = { length: places.length, items: Uint32Array.from(places, place => place.item) }
  return places.filter((_, row) => filters.every(filter => filter.keep(row, slate, viewer)))
}
