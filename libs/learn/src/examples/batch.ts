import {
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  type CandidateFeatures,
  candidateFeatures,
  type Catalogue,
  fillItem,
  type ItemFeatures,
  itemFeatures,
  type ViewerFeatures,
} from '@explore/explore'
import { LABELS } from './labels.ts'
import type { Examples } from './replay.ts'

export interface RankingBatch {
  /** Each viewer of the batch once, in order of first appearance. */
  readonly viewers: ViewerFeatures
  readonly candidates: CandidateFeatures
  /** [rows, LABELS] */
  readonly labels: Float32Array
  /** [rows] 1 where only PARTIAL_LABELS are known. */
  readonly partial: Uint8Array
}

/** Ranking rows as the models take them. */
export const rankingBatch = (
  { viewers, ranking, catalogue }: Examples,
  rows: ArrayLike<number>,
): RankingBatch => {
  const candidates = candidateFeatures(rows.length)
  const labels = new Float32Array(rows.length * LABELS.length)
  const partial = new Uint8Array(rows.length)
  const locals = new Map<number, number>()
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    fillItem(candidates, i, ranking.item[row], catalogue)
    const viewer = ranking.viewer[row]
    let local = locals.get(viewer)
    if (local === undefined) locals.set(viewer, (local = locals.size))
    candidates.viewer[i] = local
    partial[i] = ranking.partial[row]
    copyRow(ranking.dense, row, candidates.dense, i, CANDIDATE_DENSE)
    copyRow(ranking.cross, row, candidates.cross, i, CANDIDATE_CROSS)
    copyRow(ranking.labels, row, labels, i, LABELS.length)
  }
  return { viewers: viewers.gather([...locals.keys()]), candidates, labels, partial }
}

const copyRow = (
  from: Float32Array | Uint8Array,
  row: number,
  into: Float32Array,
  at: number,
  width: number,
): void => {
  for (let i = 0; i < width; i++) into[at * width + i] = from[row * width + i]
}

/** The content of these items. */
export const gatherItems = (catalogue: Catalogue, ordinals: ArrayLike<number>): ItemFeatures => {
  const items = itemFeatures(ordinals.length)
  for (let i = 0; i < ordinals.length; i++) fillItem(items, i, ordinals[i], catalogue)
  return items
}
