import { type Head, HEADS, type Millis } from '@explore/explore'
import { rankingBatch } from './examples/batch.ts'
import { LABELS } from './examples/labels.ts'
import { viewerFeeds } from './examples/model-inputs.ts'
import type { Examples } from './examples/replay.ts'
import { type HeadMetrics, headMetrics } from './metrics/head-metrics.ts'
import { secondStageScorer } from './second-stage/second-stage-scorer.ts'
import { embedder } from './two-tower/embedder.ts'
import { TARGET_WEIGHTS, targetsOf } from './two-tower/retrieval-examples.ts'
import { type QualityAt, qualityOfVectors } from './two-tower/retrieval-quality.ts'
import { retrievalQueries } from './two-tower/retrieval-queries.ts'

const BATCH = 2048

/** A second-stage model's metrics by head on the impressions from `since` on. */
export const judgeSecondStage = async (
  model: Uint8Array,
  examples: Examples,
  since: Millis,
): Promise<Readonly<Record<Head, HeadMetrics>>> => {
  const { ranking, viewers } = examples
  const { user } = viewers
  const rows = Uint32Array.from(ranking.time.keys()).filter(
    row => ranking.time[row] >= since && ranking.partial[row] === 0,
  )
  const probabilities = HEADS.map(() => new Float32Array(rows.length))
  const scorer = await secondStageScorer(model)
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rankingBatch(examples, rows.subarray(from, from + BATCH))
    const heads = await scorer.predict(batch.viewers, batch.candidates)
    HEADS.forEach((head, i) => probabilities[i].set(heads[head], from))
  }
  await scorer.release()
  const users = rows.map(row => user[ranking.viewer[row]])
  return Object.fromEntries(
    HEADS.map((head, i) => {
      const labels = Uint8Array.from(rows, row => ranking.labels[row * LABELS.length + i])
      return [head, headMetrics(probabilities[i], labels, users)]
    }),
  ) as Record<Head, HeadMetrics>
}

/** Two towers' quality on the positives from `since` on, ranking all of the catalogue for each user. */
export const judgeRetrieval = async (
  towers: {
    readonly user: Uint8Array
    readonly vectors: Float32Array
    readonly dimension: number
  },
  { viewers, positives }: Examples,
  since: Millis,
  users = 2000,
): Promise<QualityAt> => {
  const queries = retrievalQueries(viewers, targetsOf(positives, TARGET_WEIGHTS), since, users)
  const tower = await embedder(towers.user)
  const embedded = await tower.embed(viewerFeeds(viewers.gather(queries.viewer)))
  await tower.release()
  return qualityOfVectors(queries, embedded, towers.vectors, towers.dimension)
}
