import type { Constraint } from './constraint.ts'
import { fillPlaces } from './fill-places.ts'

/**
 * `ranked` in its order, but for what the constraints demand behind `before`. A list that met them before some of
 * its items were taken out or added may not meet them now; one that does is left as it is.
 */
export const respace = <P extends { readonly item: number }>(
  before: readonly P[],
  ranked: readonly P[],
  constraints: readonly Constraint[],
): readonly P[] => {
  const all = [...before, ...ranked]
  const order = { score: (row: number) => -row, bound: (row: number) => -row, place: () => {} }
  const items = Uint32Array.from(all, ({ item }) => item)
  const { rows } = fillPlaces(items, constraints, order, { settled: before.length })
  return rows.slice(before.length).map(row => all[row]!)
}
