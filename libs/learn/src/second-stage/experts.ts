import type { Graph } from '../graph/graph.ts'
import * as init from '../graph/init.ts'
import type { Tensor } from '../graph/types.ts'
import type { Rng } from '../rng.ts'
import { type HeadPlan, logit } from './heads.ts'
import type { Layers } from './layers.ts'
import type { NetworkPart } from './network.ts'
import type { SecondStageWidths } from './sizes.ts'
import { stackedIdentities } from './stacked-identities.ts'

/** Gates are limited to ± this, where exponentials neither overflow nor vanish. */
const MOST = 30

/**
 * One logit per trained head [rows, heads]: a cross layer of low rank (DCN-V2, Wang et al., WWW 2021),
 * experts mixed by a gate per head (MMoE, Ma et al., KDD 2018), and a linear part that keeps what needs
 * no experts. Every tower starts at its head's base rate.
 */
export const experts = (
  g: Graph,
  { parameter, linear, project, activate }: Layers,
  random: Rng,
  options: {
    /** [rows, n] */
    readonly x: Tensor
    readonly heads: readonly HeadPlan[]
    readonly widths: SecondStageWidths
    readonly without: readonly NetworkPart[]
  },
): Tensor => {
  const { x, heads, widths, without } = options
  const crossed = without.includes('crosses')
    ? x
    : g.add(
        g.mul(x, linear('cross.out', project('cross.in', x, widths.rank), x.shape[1] as number)),
        x,
      )
  const count = without.includes('experts') ? 1 : widths.experts
  const shared = g.dropout(activate('shared', linear('shared', crossed, widths.shared)), 0.1)
  const hidden = linear('experts', shared, count * widths.expert)
  const each = activate('experts', g.reshape(hidden, ['rows', count, widths.expert]))
  const towers = parameter(
    'towers',
    [widths.expert, heads.length],
    init.normal(random.fork('towers'), widths.expert ** -0.5),
  )
  // A tower of a mixture is the mixture of the tower: one matrix product serves all heads and experts.
  const all = count * heads.length
  const answers = g.reshape(g.matmul(each, towers), ['rows', all])
  const odds = g.exp(g.clip(linear('gates', crossed, all), -MOST, MOST))
  const ofHead = g.constant(stackedIdentities(count, heads.length), [all, heads.length])
  const deep = g.div(g.matmul(g.mul(odds, answers), ofHead), g.matmul(odds, ofHead))
  const click = heads.find(({ head }) => head === 'click')
  const base = Float32Array.from(heads, ({ rate, throughClick }) =>
    logit(throughClick && click ? Math.min(0.9, rate / click.rate) : rate),
  )
  return g.add(
    deep,
    linear('wide', crossed, heads.length, () => base.slice()),
  )
}
