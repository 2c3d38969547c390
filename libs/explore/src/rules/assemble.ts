import type { Rule } from '@explore/pipeline'
import { randomOf } from '../random.ts'
import { type Retrieved, underExploration } from '../retrieved.ts'
import type { Scored } from '../rankers/integrity-downrank.ts'
import type { Settings } from '../settings.ts'
import type { Viewer } from '../viewer.ts'
import type { Constraint } from './constraint.ts'
import { fillPlaces } from './fill-places.ts'
import { mmr } from './mmr.ts'

/**
 * Orders a slate that comes best first: each place goes to the best candidate by MMR that meets the constraints,
 * and one place in `rerank.exploreEvery` to the candidate under exploration with the highest Thompson draw.
 */
export const assemble = (
  constraints: readonly Constraint[],
  likenesses: (items: Uint32Array) => Float32Array,
  settings: Settings,
): Rule<Viewer, Retrieved & Scored> => ({
  name: 'assemble',
  arrange: (slate, _, { seed, explain = false }) => {
    const random = randomOf(`${seed} assemble`)
    const contest = mmr(slate.score, likenesses(slate.items), settings)
    const slots = explorationSlots(slate.length, settings['rerank.exploreEvery'], random)
    const explored = Array.from(slate.items.keys())
      .filter(row => underExploration(row, slate))
      .sort((a, b) => slate.draw[b]! - slate.draw[a]!)
    const { rows, why } = fillPlaces(slate.items, constraints, contest, {
      explain,
      special: (left, place, allowed) =>
        slots.has(place) ? (explored.find(row => left.includes(row) && allowed(row)) ?? -1) : -1,
    })
    return { rows: Uint32Array.from(rows), why }
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
