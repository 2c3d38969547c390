import type { Found } from '@explore/pipeline'
import { dotRows, type DotRows } from './dot-rows.ts'
import { rowAt, rowTable, type RowTable } from './row-table.ts'

/** Rows by ordinal: an immutable base that threads share, under rows that this thread put over it. */
export interface TieredRows {
  readonly width: number
  /** The base's row `i` is ordinal `i`'s. */
  readonly base: DotRows
  /** Items with a row of this thread's own. */
  readonly fresh: () => number
  /** Those among them whose row in the base it hides. */
  readonly hidden: () => number
  readonly isFresh: (item: number) => boolean
  /** Gives `item` the row `values`, over the one it has. */
  readonly put: (item: number, values: Float32Array) => void
  /** query · row for each of `items`; −Infinity for an item without a row. */
  readonly scores: (query: Float32Array, items: Uint32Array) => Float32Array
  /** The `k` best of the fresh rows, best first; of equal ones the lower ordinal, whenever it came. Exact. */
  readonly nearestFresh: (query: Float32Array, k: number) => Found
  /** Rows as a copy, row-major [items, width]; zeros for an item without one. */
  readonly copy: (items: Uint32Array) => Float32Array
}

/** Room in the first fresh table. Generous, as rows take memory only once they are written. */
const FRESH = 4096

export const tieredRows = (table: RowTable): TieredRows => {
  const { width } = table
  const base = dotRows(table)
  /** By ordinal: its slot among the fresh rows + 1, 0 = none. */
  let slots = new Uint32Array(1024)
  const items: number[] = []
  let hidden = 0
  let freshTable: RowTable | undefined
  let fresh: DotRows | undefined

  const slotOf = (item: number): number => (slots[item] ?? 0) - 1

  const addSlot = (item: number): number => {
    if (item >= slots.length) {
      const grown = new Uint32Array(2 ** Math.ceil(Math.log2(item + 1)))
      grown.set(slots)
      slots = grown
    }
    if (freshTable === undefined || items.length === freshTable.rows) {
      const grown = rowTable(Math.max(FRESH, 4 * items.length), width)
      for (let slot = 0; slot < items.length; slot++) fresh!.copy(slot, rowAt(grown, slot), 0)
      freshTable = grown
      fresh = dotRows(grown)
    }
    if (item < base.rows) hidden++
    slots[item] = items.push(item)
    return slotOf(item)
  }

  return {
    width,
    base,
    fresh: () => items.length,
    hidden: () => hidden,
    isFresh: item => slotOf(item) >= 0,
    put: (item, values) => {
      const slot = slotOf(item) < 0 ? addSlot(item) : slotOf(item)
      rowAt(freshTable!, slot).set(values)
    },
    scores: (query, wanted) => {
      const ids = new Uint32Array(wanted.length)
      const elsewhere: number[] = []
      for (let i = 0; i < wanted.length; i++) {
        const item = wanted[i]!
        if (item < base.rows && slotOf(item) < 0) ids[i] = item
        else elsewhere.push(i)
      }
      const scores = base.scores(query, ids)
      for (const i of elsewhere) scores[i] = Number.NEGATIVE_INFINITY
      const rows = elsewhere.filter(i => slotOf(wanted[i]!) >= 0)
      if (rows.length === 0) return scores
      const found = fresh!.scores(
        query,
        Uint32Array.from(rows, i => slotOf(wanted[i]!)),
      )
      rows.forEach((i, j) => (scores[i] = found[j]!))
      return scores
    },
    nearestFresh: (query, k) => {
      if (fresh === undefined) return { items: new Uint32Array(0), scores: new Float32Array(0) }
      const { length } = items
      let found = fresh.nearest(query, Math.min(k + 1, length), length)
      // Where the cut is among equals, all have to be looked at.
      if (k < length && found.scores[k - 1] === found.scores[k]) {
        found = fresh.nearest(query, length, length)
      }
      return ofEqualsTheLower(
        found.items.map(slot => items[slot]!),
        found.scores,
        k,
      )
    },
    copy: wanted => {
      const out = new Float32Array(wanted.length * width)
      for (let i = 0; i < wanted.length; i++) {
        const item = wanted[i]!
        const slot = slotOf(item)
        if (slot >= 0) fresh!.copy(slot, out, i * width)
        else if (item < base.rows) base.copy(item, out, i * width)
      }
      return out
    },
  }
}

const ofEqualsTheLower = (items: Uint32Array, scores: Float32Array, k: number): Found => {
  for (let from = 0, to = 1; from < items.length; from = to++) {
    while (to < items.length && scores[to] === scores[from]) to++
    if (to - from > 1) items.subarray(from, to).sort()
  }
  return { items: items.subarray(0, k), scores: scores.subarray(0, k) }
}
