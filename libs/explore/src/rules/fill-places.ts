import type { Constraint } from './constraint.ts'

/** How good rows are for the next place. Rows are numbered from the best on its own to the worst. */
export interface Contest {
  /** Exact where it is above `over`; else any number that is not. */
  readonly score: (row: number, over: number) => number
  /** No place will ever score `row`, or a row behind it, higher than this. */
  readonly bound: (row: number) => number
  /** Tells that `row` took the next place. */
  readonly place: (row: number) => void
}

/** A row that takes the next place out of turn, −1 for none. */
export type Special = (
  left: readonly number[],
  place: number,
  allowed: (row: number) => boolean,
) => number

export interface PlacesOptions {
  /** The first rows that stay where they are. Default 0. */
  readonly settled?: number
  readonly special?: Special
  /** False: `why` stays empty. Default true. */
  readonly explain?: boolean
}

export interface Places {
  /** Rows in their new order. */
  readonly rows: readonly number[]
  /** Why each row moved from its place in the list; undefined for those that did not. */
  readonly why: readonly (string | undefined)[]
}

/**
 * Fills place by place: the best row that meets every constraint. Where none does, constraints are given up from
 * the last to the first, so that all rows find a place. The first `settled` rows stay and only count as neighbours.
 */
export const fillPlaces = (
  items: Uint32Array,
  constraints: readonly Constraint[],
  contest: Contest,
  { settled = 0, special = () => -1, explain = true }: PlacesOptions = {},
): Places => {
  const tests = constraints.map(constraint => constraint.over(items))
  const rows = Array.from({ length: settled }, (_, row) => row)
  const left = Array.from({ length: items.length - settled }, (_, i) => settled + i)
  const up = new Array<string | undefined>(items.length)
  const down = new Array<string | undefined>(items.length)

  const met = (row: number): number => {
    let n = 0
    while (n < tests.length && tests[n]!(row, rows)) n++
    return n
  }
  const allowed = (row: number): boolean => met(row) === tests.length

  /** Index in `left` of the best row among those that meet the most constraints. */
  const winner = (): number => {
    let best = -1
    let most = -1
    let highest = -Infinity
    for (let i = 0; i < left.length; i++) {
      const row = left[i]!
      if (most === tests.length) {
        // All can be met, so that only a better one counts; whether it is comes cheaper than what it meets.
        if (contest.bound(row) <= highest) break
        const score = contest.score(row, highest)
        if (!(score > highest) || !allowed(row)) continue
        best = i
        highest = score
        continue
      }
      const n = met(row)
      const score = n < most ? NaN : contest.score(row, n > most ? -Infinity : highest)
      if (n <= most && !(score > highest)) continue
      best = i
      most = n
      highest = score
    }
    if (most < tests.length) up[left[best]!] = `${constraints[most]!.name} given up: none meets it`
    return best
  }

  /** Notes why those that come before the one at `taken` on their own have to wait. */
  const passOver = (taken: number): void => {
    for (let i = 0; i < taken; i++) {
      const row = left[i]!
      if (down[row] !== undefined) continue
      const n = met(row)
      down[row] = `held back by ${n < tests.length ? constraints[n]!.name : 'diversity'}`
    }
  }

  while (left.length > 0) {
    const chosen = special(left, rows.length, allowed)
    const taken = chosen < 0 ? winner() : left.indexOf(chosen)
    const row = left[taken]!
    if (chosen >= 0) up[row] = 'exploration slot'
    else if (explain) passOver(taken)
    contest.place(row)
    rows.push(row)
    left.splice(taken, 1)
  }
  const why = new Array<string | undefined>(items.length)
  if (!explain) return { rows, why }
  rows.forEach((row, place) => {
    if (place < row) why[row] = up[row] ?? 'others before it were held back'
    if (place > row) why[row] = down[row] ?? 'made room'
  })
  return { rows, why }
}
