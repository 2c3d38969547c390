import type { RankingBatch } from '../examples/batch.ts'
import { candidateFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { LABELS } from '../examples/labels.ts'
import { PARTIAL_LABELS } from '../examples/ranking-rows.ts'
import type { Feeds } from '../bind-feed.ts'
import type { Rng } from '../rng.ts'
import type { HeadPlan } from './heads.ts'

/** Share of item ids hidden in training, so that items without an embedding are scored by content. */
const HIDDEN_IDS = 0.1

/** What the network is fed of a batch; labels are those of the trained heads. */
export const feedsOf = (batch: RankingBatch, heads: readonly HeadPlan[]): Feeds => {
  const trained = heads.filter(plan => plan.trained)
  const rows = batch.candidates.rows
  const labels = new Float32Array(rows * trained.length)
  const known = new Float32Array(rows * trained.length)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < trained.length; i++) {
      const { head, index } = trained[i]
      labels[row * trained.length + i] = batch.labels[row * LABELS.length + index]
      known[row * trained.length + i] =
        batch.partial[row] === 0 || PARTIAL_LABELS.includes(head) ? 1 : 0
    }
  }
  return { ...viewerFeeds(batch.viewers), ...candidateFeeds(batch.candidates), labels, known }
}

/** Replaces some ids of the batch by 0, unknown. */
export const hideIds = ({ viewers, candidates }: RankingBatch, random: Rng): void => {
  for (const ids of [viewers.historyItems, candidates.items]) {
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] !== 0 && random.uniform() < HIDDEN_IDS) ids[i] = 0
    }
  }
}
