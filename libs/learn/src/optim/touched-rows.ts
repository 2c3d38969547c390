import { ExploreError } from '@explore/explore'
import type { Data } from '../onnx/types.ts'

/** The rows that a batch reads and where. Valid until the next call. */
interface Touched {
  /** Each row once, ascending, but for the table's padding, which comes first where it has one. */
  readonly ids: Int32Array
  /** For each lookup, its ids' places in `ids`. */
  readonly places: readonly Int32Array[]
}

const ABSENT = -1

/** Ids of one kind, so that the loops over them are compiled for it. */
const numbers = (ids: Data): Int32Array =>
  ids instanceof Int32Array ? ids : Int32Array.from(ids as BigInt64Array, Number)

/** Finds a table's touched rows, by one array of the table's length and no other allocation. */
export const touchedRows = (table: string, rows: number, padding: number | undefined) => {
  const placeOf = new Int32Array(rows).fill(ABSENT)
  const first = padding === undefined ? 0 : 1
  let ids = new Int32Array(0)
  let places = new Int32Array(0)

  return (given: readonly Data[]): Touched => {
    const lookups = given.map(numbers)
    const most = lookups.reduce((total, lookup) => total + lookup.length, 0)
    if (places.length < most) {
      ids = new Int32Array(most + first)
      places = new Int32Array(most)
    }
    let count = 0
    let stray: number | undefined
    const meet = (id: number) => {
      if (placeOf[id] === undefined) stray = id
      else if (placeOf[id] === ABSENT) {
        placeOf[id] = 0
        ids[count++] = id
      }
    }
    if (padding !== undefined) meet(padding)
    for (const lookup of lookups) {
      for (let i = 0; i < lookup.length; i++) meet(lookup[i])
    }
    const touched = ids.subarray(0, count)
    if (stray !== undefined) {
      touched.forEach(id => (placeOf[id] = ABSENT))
      const message = `id ${stray} is outside of table '${table}' of ${rows} rows`
      throw new ExploreError('FEED_INVALID', message)
    }

    // In the table's own order an update walks memory forward: twice as fast as in any other.
    touched.subarray(first).sort()
    for (let i = 0; i < count; i++) placeOf[ids[i]] = i
    let at = 0
    const parts = lookups.map(lookup => {
      const from = at
      for (let i = 0; i < lookup.length; i++) places[at++] = placeOf[lookup[i]]
      return places.subarray(from, at)
    })
    for (let i = 0; i < count; i++) placeOf[ids[i]] = ABSENT
    return { ids: touched, places: parts }
  }
}
