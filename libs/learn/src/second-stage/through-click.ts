import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { HeadPlan } from './heads.ts'

/** Logits are limited to ± this, where no sum of exponentials overflows. */
const MOST = 40

/**
 * Replaces the logit of each head that needs a click by that of P(click) · P(head | click):
 * logit(σ(c)σ(h)) = −log(e^−c + e^−h + e^−c e^−h), a sum of positive terms, which loses no digits.
 */
export const throughClick = (g: Graph, raw: Tensor, heads: readonly HeadPlan[]): Tensor => {
  if (!heads.some(plan => plan.throughClick)) return raw
  const at = heads.findIndex(({ head }) => head === 'click')
  const odds = g.exp(g.neg(g.clip(raw, -MOST, MOST)))
  const click = g.slice(odds, 1, at, at + 1)
  const both = g.neg(g.log(g.add(click, g.mul(odds, g.add(click, 1)))))
  const factored = g.constant(Float32Array.from(heads, plan => Number(plan.throughClick)))
  return g.where(g.greater(factored, 0), both, raw)
}
