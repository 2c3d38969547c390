import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { HeadPlan } from './heads.ts'

/**
 * Replaces the logit of each head that needs a click by that of P(click) · P(head | click):
 * logit(σ(c)σ(h)) = c − softplus(−h) − softplus(c − softplus(h)), which loses no digits at either end.
 */
export const throughClick = (g: Graph, raw: Tensor, heads: readonly HeadPlan[]): Tensor => {
  if (!heads.some(plan => plan.throughClick)) return raw
  const columns = g.split(
    raw,
    heads.map(() => 1),
    1,
  )
  const click = columns[heads.findIndex(({ head }) => head === 'click')] as Tensor
  const both = (given: Tensor): Tensor => {
    const without = g.softplus(g.sub(click, g.softplus(given)))
    return g.sub(g.sub(click, g.softplus(g.neg(given))), without)
  }
  return g.concat(
    columns.map((column, i) => (heads[i]?.throughClick ? both(column) : column)),
    1,
  )
}
