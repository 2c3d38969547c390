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

export interface NetworkOptions {
  /** Items with an embedding of their own: ordinals below. */
  readonly items: number
  readonly heads: readonly HeadPlan[]
  readonly widths: SecondStageWidths
  readonly scales: Scales
  readonly random: Rng
}

export interface Network {
  readonly g: Graph
  /** Of the input 'labels', [rows, trained heads]. */
  readonly loss: Tensor
  /** Before calibration, [rows, trained heads]. */
  readonly logits: Tensor
  /** Calibration by trained head: logits · slope + offset. */
  readonly slope: Parameter
  readonly offset: Parameter
  /** Calibrated, one [rows] per head. */
  readonly probabilities: Readonly<Record<string, Tensor>>
}

/**
 * The second stage: everything about the viewer is computed once per viewer and looked up by its
 * candidates, so one graph trains on many viewers and serves one.
 */
export const network = ({ items, heads, widths, scales, random }: NetworkOptions): Network => {
  const g = graph()
  const make = layers(g, random)
  const viewer = viewerInputs(g)
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
  const { read, match } = attention(g, make, {
    history,
    candidates,
    viewer,
    of,
    heads: widths.attentionHeads,
  })
  const x = g.concat(
    [
      candidates,
      g.gather(summary, of),
      g.mul(candidates, g.gather(taste, of)),
      read,
      match,
      make.standardise(dense, scales.dense),
      make.standardise(cross, scales.cross),
    ],
    1,
  )
  const trained = heads.filter(head => head.trained)
  const logits = throughClick(g, experts(g, make, random, { x, heads: trained, widths }), trained)
  const labels = g.input('labels', 'float32', ['rows', trained.length])
  const loss = g.mul(g.reduceMean(g.bceWithLogits(logits, labels)), trained.length)

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
