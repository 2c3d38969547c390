import type { Slate, Trace } from '@explore/pipeline'
import type { Page } from '../api.ts'
import type { ItemExplanation } from '../api.ts'
import { itemsOf, type Place } from './place.ts'
import type { Predictions } from './predictions.ts'

/** A ranking before it is cut into pages. */
export interface Ranking {
  readonly origin: Page['origin']
  readonly bundle: string | null
  readonly places: readonly Place[]
  readonly rungs: readonly string[]
  /** What the second stage said of what it ranked for this request, where it did and that was asked for. */
  readonly predictions?: Predictions
  /** Absent where nothing was ranked for this request. */
  readonly trace?: Trace
}

/** Places of a ranked slate; without `scores` where a fallback ranked. */
export const placesOf = (
  { items, sources, slot }: Slate<{ readonly sources: Uint32Array; readonly slot: Uint8Array }>,
  scores: Float32Array | undefined,
  explanations?: readonly ItemExplanation[],
): readonly Place[] =>
  Array.from(items, (item, row) => ({
    item,
    score: scores?.[row] ?? null,
    sources: sources[row]!,
    ...(slot[row]! > 0 && { slot: slot[row]! }),
    ...(explanations && { explanation: explanations[row]! }),
  }))

/** `first`, then what `more` has beyond it. */
export const joined = (first: Ranking, more: Ranking): Ranking => {
  const have = new Set(itemsOf(first.places))
  return {
    ...first,
    places: [...first.places, ...more.places.filter(({ item }) => !have.has(item))],
    rungs: [...new Set([...first.rungs, ...more.rungs])],
    ...(more.trace && { trace: more.trace }),
  }
}
