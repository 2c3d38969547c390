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
import { layers } from './layers.ts'
import type { SecondStageWidths } from './sizes.ts'
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
   * 'many' trains: each candidate looks its viewer up. 'one' serves: nothing about the viewer is
   * repeated per candidate, so that all products are of two plain matrices. Default 'many'.
   */
  readonly viewers?: 'many' | 'one'
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
  const { items, heads, widths, scales, random, viewers = 'many', without = [] } = options
  const g = graph()
  const make = layers(g, random)
  const viewer = viewerInputs(g, viewers === 'one' ? 1 : undefined)
  const item = itemInputs(g)
  const { viewer: of, dense, cross } = candidateInputs(g)
  const { ofItems, ofHistory } = content(g, make, { items, width: widths.embedding })

  const history = ofHistory(viewer)
  const user = make.table('user-attributes', USER_ATTRIBUTE_BUCKETS, widths.context)
  const facts = g.concat(
    [
      g.reduceSum(g.gather(user, viewer.attributes), { axes: [1] }),
      g.gather(make.buckets('surfaces', SURFACE_BUCKETS, widths.context), viewer.surface),
      g.gather(make.buckets('hours', 24, widths.context), viewer.hour),
      make.standardise(viewer.dense, scales.viewer),
      g.reduceMean(history, { axes: [1] }),
    ],
    1,
  )
  const summary = make.activate('viewer', make.linear('viewer', facts, widths.viewer))
  const taste = make.project('taste', summary, widths.embedding)

  const candidates = ofItems(item)
  const perRow = (x: Tensor): Tensor =>
    viewers === 'one' ? g.expand(x, ['rows', x.shape[1] as number]) : g.gather(x, of)
  const x: Tensor[] = [candidates, perRow(summary)]
  if (!without.includes('crosses')) {
    x.push(g.mul(candidates, viewers === 'one' ? taste : g.gather(taste, of)))
  }
  if (!without.includes('attention')) {
    const attended = attention(g, make, {
      history,
      candidates,
      viewer,
      of: viewers === 'one' ? undefined : of,
      heads: widths.attentionHeads,
    })
    x.push(attended.read, attended.match)
  }
  if (!without.includes('counters')) {
    x.push(make.standardise(dense, scales.dense), make.standardise(cross, scales.cross))
  }
  const trained = heads.filter(head => head.trained)
  const mixed = experts(g, make, random, { x: g.concat(x, 1), heads: trained, widths, without })
  const logits = throughClick(g, mixed, trained)
  const labels = g.input('labels', 'float32', ['rows', trained.length])
  const known = g.input('known', 'float32', ['rows', trained.length])
  const losses = g.mul(g.bceWithLogits(logits, labels), known)
  const loss = g.mul(g.reduceMean(losses), trained.length)

  const slope = g.parameter('calibration.slope', [trained.length], init.constant(1))
  const offset = g.parameter('calibration.offset', [trained.length], init.zeros)
  const calibrated = g.sigmoid(g.add(g.mul(logits, slope), offset))
  const columns = g.split(
    calibrated,
    trained.map(() => 1),
    1,
  )
  const probabilities = Object.fromEntries(
    heads.map(plan => {
      const column = columns[trained.indexOf(plan)]
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
