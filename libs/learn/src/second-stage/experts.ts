import type { Graph } from '../graph/graph.ts'
import * as init from '../graph/init.ts'
import type { Tensor } from '../graph/types.ts'
import type { Rng } from '../rng.ts'
import { type HeadPlan, logit } from './heads.ts'
import type { Layers } from './layers.ts'
import type { SecondStageWidths } from './sizes.ts'

/**
 * One logit per trained head [rows, heads]: a cross layer of low rank (DCN-V2, Wang et al., WWW 2021),
 * experts mixed by a gate per head (MMoE, Ma et al., KDD 2018), and a linear part that keeps what needs
 * no experts. Every tower starts at its head's base rate.
 */
export const experts = (
  g: Graph,
  { linear, project, activate }: Layers,
  random: Rng,
  options: {
    /** [rows, n] */
    readonly x: Tensor
    readonly heads: readonly HeadPlan[]
    readonly widths: SecondStageWidths
  },
): Tensor => {
  const { x, heads, widths } = options
  const crossed = g.add(
    g.mul(x, linear('cross.out', project('cross.in', x, widths.rank), x.shape[1] as number)),
    x,
  )
  const shared = g.dropout(activate('shared', linear('shared', crossed, widths.shared)), 0.1)
  const hidden = linear('experts', shared, widths.experts * widths.expert)
  const each = activate('experts', g.reshape(hidden, ['rows', widths.experts, widths.expert]))
  const gates = linear('gates', crossed, heads.length * widths.experts)
  const mix = g.softmax(g.reshape(gates, ['rows', heads.length, widths.experts]))
  const towers = g.parameter(
    'towers',
    [heads.length, widths.expert],
    init.normal(random.fork('towers'), widths.expert ** -0.5),
  )
  const deep = g.reduceSum(g.mul(g.matmul(mix, each), towers), { axes: [2] })
  const click = heads.find(({ head }) => head === 'click')
  const base = Float32Array.from(heads, ({ rate, throughClick }) =>
    logit(throughClick && click ? Math.min(0.9, rate / click.rate) : rate),
  )
  return g.add(
    deep,
    linear('wide', crossed, heads.length, () => base.slice()),
  )
}
