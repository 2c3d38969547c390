import { SURFACE_BUCKETS, USER_ATTRIBUTE_BUCKETS, VIEWER_DENSE } from '@explore/explore'
import { candidateInputs, itemInputs, viewerInputs } from '../examples/model-inputs.ts'
import { type Graph, graph } from '../graph/graph.ts'
import * as init from '../graph/init.ts'
import type { Parameter, Tensor } from '../graph/types.ts'
import type { Rng } from '../rng.ts'
import { attention } from './attention.ts'
import { content } from './content.ts'
import { experts } from './experts.ts'
import type { HeadPlan } from './heads.ts'
import { layers, type Values } from './layers.ts'
import { packedContent } from './packed-content.ts'
import type { SecondStageWidths } from './sizes.ts'
import { throughClick } from './through-click.ts'
import { countColumn, SHOWN_COLUMN } from './user-prior.ts'
import type { Scales } from './scales-of.ts'

/**
 * What can be left out, to measure what it is worth. `counters`: all dense facts about the pair; `bins`: dense facts
 * in bins, beside themselves.
 */
export const NETWORK_PARTS = ['attention', 'crosses', 'experts', 'counters', 'bins'] as const

export type NetworkPart = (typeof NETWORK_PARTS)[number]

export interface NetworkOptions {
  /** Items with an embedding of their own: ordinals below. */
  readonly items: number
  readonly heads: readonly HeadPlan[]
  readonly widths: SecondStageWidths
  readonly scales: Scales
  readonly random: Rng
  /**
   * What was trained, by `valuesOf`: then the network serves one viewer. Nothing about the viewer is
   * repeated per candidate, and all tables of content are one.
   */
  readonly trained?: Values
  readonly without?: readonly NetworkPart[]
}

export interface Network {
  readonly g: Graph
  /** Of the inputs 'labels' and 'known', both [rows, trained heads]: what is not known does not count. */
  readonly loss: Tensor
  /** Before calibration, [rows, trained heads]. */
  readonly logits: Tensor
  /** Log-odds of the user's own rate, see UserPrior, [rows, trained heads]. */
  readonly priors: Tensor
  /** [trained heads] each. `priors` are by `a` and `b`; a head answers slope · logit + offset + prior · user prior. */
  readonly calibration: Readonly<Record<'slope' | 'offset' | 'prior' | 'a' | 'b', Parameter>>
  /** Calibrated, one [rows] per head. */
  readonly probabilities: Readonly<Record<string, Tensor>>
}

/** The second stage: everything about a viewer is computed once, whatever the number of candidates. */
export const network = (options: NetworkOptions): Network => {
  const { items, heads, widths, scales, random, trained, without = [] } = options
  const g = graph()
  const make = layers(g, random, trained)
  const viewer = viewerInputs(g, trained ? 1 : undefined)
  const item = itemInputs(g)
  const { viewer: of, dense, cross } = candidateInputs(g)
  const { ofItems, ofHistory } = trained
    ? packedContent(g, trained, widths.embedding)
    : content(g, make, { items, width: widths.embedding })

  const history = ofHistory(viewer)
  const user = make.table('user-attributes', USER_ATTRIBUTE_BUCKETS, widths.context)
  const facts = g.concat(
    [
      g.reduceSum(g.gather(user, viewer.attributes), { axes: [1] }),
      g.gather(make.buckets('surfaces', SURFACE_BUCKETS, widths.context), viewer.surface),
      g.gather(make.buckets('hours', 24, widths.context), viewer.hour),
      make.standardise('viewer.dense', viewer.dense, scales.viewer),
      ...(without.includes('bins') ? [] : [make.bins('viewer.dense', viewer.dense, scales.viewer)]),
      g.reduceMean(history, { axes: [1] }),
    ],
    1,
  )
  const summary = make.activate('viewer', make.linear('viewer', facts, widths.viewer))
  const taste = make.project('taste', summary, widths.embedding)

  const candidates = ofItems(item)
  const perRow = (x: Tensor): Tensor =>
    trained ? g.expand(x, ['rows', x.shape[1] as number]) : g.gather(x, of)
  const x: Tensor[] = [candidates, perRow(summary)]
  if (!without.includes('crosses')) {
    x.push(g.mul(candidates, trained ? taste : g.gather(taste, of)))
  }
  if (!without.includes('attention')) {
    const attended = attention(g, make, {
      history,
      candidates,
      viewer,
      of: trained ? undefined : of,
      heads: widths.attentionHeads,
    })
    x.push(attended.read, attended.match)
  }
  if (!without.includes('counters')) {
    const pair = g.concat([dense, cross], 1)
    x.push(make.standardise('pair', pair, scales.pair))
    if (!without.includes('bins')) {
      x.push(make.linear('bins', make.bins('pair', pair, scales.pair), widths.bins))
    }
  }
  const learnt = heads.filter(head => head.trained)
  const mixed = experts(g, make, random, { x: g.concat(x, 1), heads: learnt, widths, without })
  const logits = throughClick(g, mixed, learnt)
  const labels = g.input('labels', 'float32', ['rows', learnt.length])
  const known = g.input('known', 'float32', ['rows', learnt.length])
  const losses = g.mul(g.bceWithLogits(logits, labels), known)
  const loss = g.mul(g.reduceMean(losses), learnt.length)

  const perHead = (name: string, value: number): Parameter =>
    make.parameter(`calibration.${name}`, [learnt.length], init.constant(value))
  const calibration = {
    ...{ slope: perHead('slope', 1), offset: perHead('offset', 0), prior: perHead('prior', 0) },
    ...{ a: perHead('a', 1), b: perHead('b', 1) },
  }
  const priors = perRow(userPriors(g, viewer.dense, learnt, calibration))
  const fromLogits = g.add(g.mul(logits, calibration.slope), calibration.offset)
  const calibrated = g.sigmoid(g.add(fromLogits, g.mul(priors, calibration.prior)))
  const columns = g.split(
    calibrated,
    learnt.map(() => 1),
    1,
  )
  const probabilities = Object.fromEntries(
    heads.map(plan => {
      const column = columns[learnt.indexOf(plan)]
      return [
        plan.head,
        column
          ? g.reshape(column, ['rows'])
          : g.expandLike(g.constant(plan.rate, []), g.reshape(columns[0] as Tensor, ['rows'])),
      ]
    }),
  )
  return { g, loss, logits, priors, calibration, probabilities }
}

/** Beyond what anyone was ever shown. */
const MOST_COUNTED = 1e9

/** [viewers, heads]: `priorLogit` of each; of no reactions where none are counted. */
const userPriors = (
  g: Graph,
  dense: Tensor,
  heads: readonly HeadPlan[],
  { a, b }: Readonly<Record<'a' | 'b', Tensor>>,
): Tensor => {
  const picks = new Float32Array(VIEWER_DENSE * heads.length)
  heads.forEach(({ head }, i) => {
    const column = countColumn(head)
    if (column >= 0) picks[column * heads.length + i] = 1
  })
  const counted = g.matmul(dense, g.constant(picks, [VIEWER_DENSE, heads.length]))
  const notNegative = (x: Tensor): Tensor => g.clip(x, 0, MOST_COUNTED)
  const counts = notNegative(g.sub(g.exp(counted), 1))
  const shown = g.sub(g.exp(g.slice(dense, 1, SHOWN_COLUMN, SHOWN_COLUMN + 1)), 1)
  const others = notNegative(g.sub(shown, counts))
  return g.sub(g.log(g.add(counts, a)), g.log(g.add(others, b)))
}

/** What a network's parameters are, to serve with. */
export const valuesOf = ({ g }: Network): Values =>
  new Map(g.state.parameters.map(({ name, values }) => [name, values]))
