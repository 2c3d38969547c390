import { top } from '@explore/pipeline'
import type { Scorer } from './scorer.ts'
import type { Queries } from './task.ts'

/** Per query, in the order of the queries. */
export interface PerQuery {
  /** By cut. */
  readonly recall: ReadonlyMap<number, Float64Array>
  readonly ndcg: ReadonlyMap<number, Float64Array>
  /** 1 where anything of the truth was found. */
  readonly hit: ReadonlyMap<number, Float64Array>
  /** Recall of what was shown and passed over; NaN where nothing was. */
  readonly skipped: ReadonlyMap<number, Float64Array>
}

export interface Measured extends PerQuery {
  /** How often each ordinal was among the first `LISTED`. */
  readonly listed: Uint32Array
  /** How often each ordinal was to be found, and was among the first `LISTED`. */
  readonly wanted: Uint32Array
  readonly found: Uint32Array
}

/** The cut of coverage and of the recall by popularity. */
export const LISTED = 100

/** Ranks all of `pool` but what is masked for every query. */
export const measure = async (
  scorer: Scorer,
  queries: Queries,
  pool: Uint8Array,
  cuts: readonly number[],
): Promise<Measured> => {
  const columns = () => new Map(cuts.map(cut => [cut, new Float64Array(queries.users.length)]))
  const out = {
    ...{ recall: columns(), ndcg: columns(), hit: columns(), skipped: columns() },
    listed: new Uint32Array(pool.length),
    wanted: new Uint32Array(pool.length),
    found: new Uint32Array(pool.length),
  }
  await scorer.each(queries, (query, scores) => {
    for (let item = 0; item < scores.length; item++) if (pool[item] === 0) scores[item] = -Infinity
    for (const item of queries.seen[query]!) scores[item] = -Infinity
    const places = Array.from(queries.truth[query]!, item => placeOf(scores, item))
    const passed = Array.from(queries.skipped[query]!, item => placeOf(scores, item))
    for (const cut of cuts) {
      const found = places.filter(place => place < cut)
      out.recall.get(cut)![query] = found.length / places.length
      out.ndcg.get(cut)![query] = gainOf(found) / idealGain(Math.min(cut, places.length))
      out.hit.get(cut)![query] = Number(found.length > 0)
      out.skipped.get(cut)![query] = passed.filter(place => place < cut).length / passed.length
    }
    queries.truth[query]!.forEach((item, i) => {
      out.wanted[item]!++
      if (places[i]! < LISTED) out.found[item]!++
    })
    for (const item of top(scores, LISTED)) if (scores[item]! > -Infinity) out.listed[item]!++
  })
  return out
}

/** 0-based place of `item` among all, equal scores in their order; Infinity where it is not retrieved. */
const placeOf = (scores: Float32Array, item: number): number => {
  const own = scores[item]!
  if (own === -Infinity) return Infinity
  let place = 0
  for (let other = 0; other < item; other++) if (scores[other]! >= own) place++
  for (let other = item + 1; other < scores.length; other++) if (scores[other]! > own) place++
  return place
}

/** Discounted by log2(place + 1) from place 1 on (Järvelin & Kekäläinen, 2002). */
const gainOf = (places: readonly number[]): number =>
  places.reduce((sum, place) => sum + 1 / Math.log2(place + 2), 0)

const idealGain = (length: number): number => gainOf(Array.from({ length }, (_, place) => place))
