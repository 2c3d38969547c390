import { AGE_BUCKETS, HISTORY_KINDS } from '@explore/explore'
import type { viewerInputs } from '../examples/model-inputs.ts'
import type { Graph } from '../graph/graph.ts'
import type { Tensor } from '../graph/types.ts'
import type { Layers } from './layers.ts'

/** Added to the score of padding: its weight is 0 unless there is nothing else. */
const NEVER = -1e4

export interface Attended {
  /** [rows, heads · width] what each head reads from the history for the candidate. */
  readonly read: Tensor
  /** [rows, heads · width] its product with the candidate: how well they match. */
  readonly match: Tensor
}

/**
 * Target attention: each head weighs a viewer's history by a bilinear match with the candidate, and by
 * what the reaction was and how long ago (as DIN, Zhou et al., KDD 2018, with a product for its MLP).
 */
export const attention = (
  g: Graph,
  { project, buckets }: Layers,
  options: {
    /** [viewers, HISTORY, width] */
    readonly history: Tensor
    /** [rows, width] */
    readonly candidates: Tensor
    readonly viewer: ReturnType<typeof viewerInputs>
    /** Each candidate's viewer; undefined where there is one viewer. */
    readonly of: Tensor | undefined
    readonly heads: number
  },
): Attended => {
  const { history, candidates, viewer, of, heads } = options
  const width = candidates.shape[1] as number
  const ages = buckets('attention.ages', AGE_BUCKETS, heads, NEVER)
  const kinds = buckets('attention.kinds', HISTORY_KINDS.length, heads)
  const bias = g.transpose(
    g.add(g.gather(ages, viewer.historyAges), g.gather(kinds, viewer.historyKinds)),
  )
  const asked = g.div(project('attention.query', candidates, heads * width), Math.sqrt(width))
  const query = g.reshape(asked, ['rows', heads, width])
  const read = of ? ofMany(g, { history, query, bias, of }) : ofOne(g, { history, query, bias })
  const flat = ['rows', heads * width]
  return {
    read: g.reshape(read, flat),
    match: g.reshape(g.mul(read, g.unsqueeze(candidates, 1)), flat),
  }
}

/** Each tensor's shape with one viewer: history [1, HISTORY, width], query [rows, heads, width]. */
interface Reading {
  readonly history: Tensor
  readonly query: Tensor
  /** [viewers, heads, HISTORY] */
  readonly bias: Tensor
}

/** [rows, heads, width], each row from its own viewer's history. */
const ofMany = (
  g: Graph,
  { history, query, bias, of }: Reading & { readonly of: Tensor },
): Tensor => {
  const keys = g.gather(history, of)
  const scores = g.transpose(g.matmul(keys, g.transpose(query)))
  return g.matmul(g.softmax(g.add(scores, g.gather(bias, of))), keys)
}

/** The same of one viewer: two products of plain matrices, whatever the number of rows. */
const ofOne = (g: Graph, { history, query, bias }: Reading): Tensor => {
  const [, places, width] = history.shape as readonly [number, number, number]
  const keys = g.reshape(history, [places, width])
  const scores = g.matmul(query, g.transpose(keys))
  return g.matmul(g.softmax(g.add(scores, bias)), keys)
}
