import { SURFACE_BUCKETS, USER_ATTRIBUTE_BUCKETS } from '@explore/explore'
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
import { joined } from './standardise.ts'
import { throughClick } from './through-click.ts'
import type { Scales } from './scales-of.ts'

/** What can be left out, to measure what it is worth. `counters`: all dense facts about the pair. */
export const NETWORK_PARTS = ['attention', 'crosses', 'experts', 'counters'] as const

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
  /** Calibration by trained head: logits · slope + offset. */
  readonly slope: Parameter
  readonly offset: Parameter
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
    x.push(make.standardise('pair', pair, joined(scales.dense, scales.cross)))
  }
  const learnt = heads.filter(head => head.trained)
  const mixed = experts(g, make, random, { x: g.concat(x, 1), heads: learnt, widths, without })
  const logits = throughClick(g, mixed, learnt)
  const labels = g.input('labels', 'float32', ['rows', learnt.length])
  const known = g.input('known', 'float32', ['rows', learnt.length])
  const losses = g.mul(g.bceWithLogits(logits, labels), known)
  const loss = g.mul(g.reduceMean(losses), learnt.length)

  const slope = make.parameter('calibration.slope', [learnt.length], init.constant(1))
  const offset = make.parameter('calibration.offset', [learnt.length], init.zeros)
  const calibrated = g.sigmoid(g.add(g.mul(logits, slope), offset))
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
  return { g, loss, logits, slope, offset, probabilities }
}

/** What a network's parameters are, to serve with. */
export const valuesOf = ({ g }: Network): Values =>
  new Map(g.state.parameters.map(({ name, values }) => [name, values]))
