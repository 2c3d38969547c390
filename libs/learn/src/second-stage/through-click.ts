import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { HeadPlan } from './heads.ts'

/**
 * Replaces the logit of each head that needs a click by that of P(click) · P(head | click):
 * logit(σ(c)σ(h)) = c − softplus(−h) − softplus(c − softplus(h)), which loses no digits at either end.
 */
export const throughClick = (g: Graph, raw: Tensor, heads: readonly HeadPlan[]): Tensor => {
  if (!heads.some(plan => plan.throughClick)) return raw
  const at = heads.findIndex(({ head }) => head === 'click')
  const click = g.slice(raw, 1, at, at + 1)
  const without = g.softplus(g.sub(click, g.softplus(raw)))
  const both = g.sub(g.sub(click, g.softplus(g.neg(raw))), without)
  const factored = g.constant(Float32Array.from(heads, plan => Number(plan.throughClick)))
  return g.where(g.greater(factored, 0), both, raw)
}
