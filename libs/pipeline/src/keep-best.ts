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
  if (saved.length === 0) return { rows: best, ranks: best.map((_, rank) => rank), saved: 0 }

  // The last rows that the reserve does not hold make room.
  const dropped = new Set(best.filter(row => !reserve!.holds(row)).subarray(-saved.length))
  const ranks = Array.from(best.keys()).filter(rank => !dropped.has(best[rank]!))
  return {
    rows: Uint32Array.from([...ranks.map(rank => best[rank]!), ...saved]),
    ranks: Uint32Array.from([...ranks, ...saved.map(row => rankOf(scores, row))]),
    saved: saved.length,
  }
}

/** The best held rows outside the cut, as many as the cut lacks. */
const savedRows = (
  scores: ArrayLike<number>,
  best: Uint32Array,
  { least, holds }: { readonly least: number; readonly holds: (row: number) => boolean },
): readonly number[] => {
  const missing = Math.min(least, best.length) - best.reduce((n, row) => n + Number(holds(row)), 0)
  if (missing <= 0 || best.length === scores.length) return []
  const inside = new Set(best)
  const outside: number[] = []
  for (let row = 0; row < scores.length; row++) {
    if (!inside.has(row) && holds(row)) outside.push(row)
  }
  const order = top(
    outside.map(row => scores[row]!),
    missing,
  )
  return Array.from(order, i => outside[i]!)
}
