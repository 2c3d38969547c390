import { AGE_BUCKETS, HISTORY_KINDS } from '@explore/explore'
import type { candidateInputs, viewerInputs } from '../examples/model-inputs.ts'
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
    /** Each candidate's viewer. */
    readonly of: ReturnType<typeof candidateInputs>['viewer']
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
  const query = g.reshape(project('attention.query', candidates, heads * width), [
    'rows',
    heads,
    width,
  ])
  const keys = g.gather(history, of)
  const scores = g.transpose(g.matmul(keys, g.transpose(query)))
  const weights = g.softmax(g.add(g.div(scores, Math.sqrt(width)), g.gather(bias, of)))
  const read = g.matmul(weights, keys)
  const flat = ['rows', heads * width]
  return {
    read: g.reshape(read, flat),
    match: g.reshape(g.mul(read, g.unsqueeze(candidates, 1)), flat),
  }
}
