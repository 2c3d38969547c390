import type { ItemExplanation } from '../api.ts'

/** One ranked item, as sessions and precomputed pages keep it. */
export interface Place {
  readonly item: number
  /** null where a fallback ranked. */
  readonly score: number | null
  /** Source mask. */
  readonly sources: number
  /** Among how many places exploration drew this one at random; absent where it did not. */
  readonly slot?: number
  readonly explanation?: ItemExplanation
}

export const itemsOf = (places: readonly Place[]): Uint32Array =>
  Uint32Array.from(places, place => place.item)
