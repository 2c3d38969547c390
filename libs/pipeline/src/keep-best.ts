import { allRows } from './slate.ts'
import { rankOf, top } from './top.ts'

/** Rows that a cut keeps. */
export interface Kept {
  /** Best first; those that only a reserve saved come last. */
  readonly rows: Uint32Array
  /** 0-based rank by score of each kept row among all rows. */
  readonly ranks: Uint32Array
  /** How many were saved. */
  readonly saved: number
}

/** The `n` best rows, of which at least `least` are held by the reserve as far as there are so many. */
export const keepBest = (
  scores: ArrayLike<number>,
  n: number,
  reserve?: { readonly least: number; readonly holds: (row: number) => boolean },
): Kept => {
  const best = top(scores, n)
  const saved = reserve === undefined ? [] : savedRows(scores, best, reserve)
  if (saved.length === 0) return { rows: best, ranks: allRows(best.length), saved: 0 }

  // The last rows that the reserve does not hold make room.
  const rows = new Uint32Array(best.length)
  const ranks = new Uint32Array(best.length)
  let kept = best.length
  let room = saved.length
  for (let rank = best.length - 1; rank >= 0; rank--) {
    if (room > 0 && !reserve!.holds(best[rank]!)) room--
    else {
      rows[--kept] = best[rank]!
      ranks[kept] = rank
    }
  }
  rows.copyWithin(0, kept)
  ranks.copyWithin(0, kept)
  saved.forEach((row, i) => {
    rows[best.length - saved.length + i] = row
    ranks[best.length - saved.length + i] = rankOf(scores, row)
  })
  return { rows, ranks, saved: saved.length }
}

/** The best held rows outside the cut, as many as the cut lacks. */
const savedRows = (
  scores: ArrayLike<number>,
  best: Uint32Array,
  { least, holds }: { readonly least: number; readonly holds: (row: number) => boolean },
): readonly number[] => {
  const missing = Math.min(least, best.length) - best.reduce((n, row) => n + Number(holds(row)), 0)
  if (missing <= 0 || best.length === scores.length) return []
  const inside = new Uint8Array(scores.length)
  for (const row of best) inside[row] = 1
  const outside: number[] = []
  for (let row = 0; row < scores.length; row++) {
    if (inside[row] === 0 && holds(row)) outside.push(row)
  }
  const order = top(
    outside.map(row => scores[row]!),
    missing,
  )
  return Array.from(order, i => outside[i]!)
}
