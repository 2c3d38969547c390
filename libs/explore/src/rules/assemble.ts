import type { Rule, Slate } from '@explore/pipeline'
import { type Retrieved, underExploration } from '../retrieved.ts'
import type { Scored } from '../rankers/integrity-downrank.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import type { Constraint } from './constraint.ts'
import { mmr } from './mmr.ts'

/**
 * Fills the page place by place: the best candidate by MMR that meets every constraint. Where none does,
 * constraints are given up from the last to the first, so a page is full as long as there are candidates.
 * One place in `rerank.exploreEvery` goes to the candidate under exploration with the highest Thompson draw.
 */
export const assemble = (
  constraints: readonly Constraint[],
  vectors: (items: Uint32Array) => Float32Array,
  settings: Settings,
): Rule<Viewer, Retrieved & Scored> => ({
  name: 'assemble',
  arrange: (slate, _, { random }) => {
    const left = new Set(slate.items.keys())
    const placed: number[] = []
    const why = new Array<string | undefined>(slate.length)
    const order = mmr(slate.score, vectors(slate.items), settings)
    const slots = explorationSlots(slate.length, settings['rerank.exploreEvery'], random)

    while (left.size > 0) {
      const explored = slots.has(placed.length)
        ? bestExplored(left, placed, slate, constraints)
        : -1
      const next =
        explored >= 0 ? explored : bestAllowed(left, placed, slate, constraints, order.score, why)
      if (explored >= 0) why[next] = 'exploration slot'
      order.place(next)
      placed.push(next)
      left.delete(next)
    }
    return { rows: Uint32Array.from(placed), why }
  },
})

/** One random place in every block of `every`, so that exploration has no position of its own. */
const explorationSlots = (
  places: number,
  every: number,
  random: () => number,
): ReadonlySet<number> => {
  const slots = new Set<number>()
  if (every === 0) return slots
  for (let from = 0; from < places; from += every) slots.add(from + Math.floor(random() * every))
  return slots
}

const bestExplored = (
  left: ReadonlySet<number>,
  placed: readonly number[],
  slate: Slate<Retrieved>,
  constraints: readonly Constraint[],
): number => {
  let best = -1
  for (const row of left) {
    if (!underExploration(row, slate)) continue
    if (best >= 0 && slate.draw[row]! <= slate.draw[best]!) continue
    if (constraints.every(constraint => constraint.allows(row, placed, slate))) best = row
  }
  return best
}

/** Best by score among those that meet the most constraints; notes who was held back, and by what. */
const bestAllowed = (
  left: ReadonlySet<number>,
  placed: readonly number[],
  slate: Slate<{}>,
  constraints: readonly Constraint[],
  score: (row: number) => number,
  why: (string | undefined)[],
): number => {
  // best[n]: the best candidate that meets the first n constraints.
  const best = new Array<number>(constraints.length + 1).fill(-1)
  for (const row of left) {
    let met = 0
    while (met < constraints.length && constraints[met]!.allows(row, placed, slate)) met++
    for (let n = 0; n <= met; n++) {
      if (best[n]! < 0 || score(row) > score(best[n]!)) best[n] = row
    }
  }
  const most = best.findLastIndex(row => row >= 0)
  const winner = best[most]!
  for (let n = 0; n < most; n++) {
    if (best[n] !== winner) why[best[n]!] ??= `held back by ${constraints[n]!.name}`
  }
  if (most < constraints.length)
    why[winner] ??= `${constraints[most]!.name} given up: nothing else is left`
  return winner
}
