import { type Bundle, type Head, HEADS, type Settings } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import { LABELS } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { denseOfItems } from '../first-stage/dense-of-items.ts'
import { type HeadMetrics, headMetrics } from '../metrics/head-metrics.ts'
import { manyViewers } from '../second-stage/many-viewers.ts'
import { groupOfRow, valuesOf } from './values-of.ts'
import { recallOf } from './recall-of.ts'
import { survivalOf } from './survival-of.ts'

/** What a bundle's models say of a part of the log, each as it serves. */
export interface BundleQuality {
  readonly impressions: number
  readonly heads: Readonly<Record<Head, HeadMetrics>>
  /** Viewers of `recall`, with something that they engaged with. */
  readonly queries: number
  /** Recall@100 of two-tower retrieval from the whole catalogue; NaN without queries. */
  readonly recall: number
  /** Requests of `survival`. */
  readonly requests: number
  /** Share of the second stage's best 25 among the first stage's best 100; NaN without requests. */
  readonly survival: number
  /** The first answer that is not a number: model and output. */
  readonly broken: string | undefined
}

export interface MeasuredBundle {
  readonly quality: BundleQuality
  /** What the value model says of each impression measured. */
  readonly values: Float32Array
}

const MOST_ROWS = 20_000
const BATCH = 2_048

/**
 * Measures a bundle on examples, all of whose impressions it scores (20,000 of them, evenly spread, where there are
 * more). Two bundles measured on the same examples answer for the same rows, queries and requests.
 */
export const measureBundle = async (
  bundle: Bundle,
  examples: Examples,
  { settings, signal }: { readonly settings: Settings; readonly signal?: AbortSignal },
): Promise<MeasuredBundle> => {
  const { ranking, viewers, catalogue, counters, end } = examples
  const shown = Uint32Array.from(ranking.time.keys()).filter(row => ranking.partial[row] === 0)
  const length = Math.min(MOST_ROWS, shown.length)
  const rows = Uint32Array.from(
    { length },
    (_, i) => shown[Math.floor((i * shown.length) / length)],
  )
  const scores = Object.fromEntries(HEADS.map(head => [head, new Float32Array(length)])) as Record<
    Head,
    Float32Array
  >
  const values = new Float32Array(length)
  const secondStage = manyViewers(bundle.secondStage)
  for (let from = 0; from < length; from += BATCH) {
    signal?.throwIfAborted()
    const batch = rankingBatch(examples, rows.subarray(from, from + BATCH))
    const heads = await secondStage.predict(batch.viewers, batch.candidates)
    for (const head of HEADS) scores[head].set(heads[head], from)
    const groups = groupOfRow(batch, settings)
    values.set(valuesOf(heads, groups, settings), from)
  }
  const users = rows.map(row => viewers.user[ranking.viewer[row]])
  const heads = Object.fromEntries(
    HEADS.map((head, i) => {
      const labels = Uint8Array.from(rows, row => ranking.labels[row * LABELS.length + i])
      return [head, headMetrics(scores[head], labels, users)]
    }),
  ) as Record<Head, HeadMetrics>
  signal?.throwIfAborted()
  const { queries, recall, broken } = await recallOf(bundle, examples)
  const dense = denseOfItems(catalogue, counters, end)
  const survived = await survivalOf(bundle, examples, dense, settings)
  const head = HEADS.find(head => !scores[head].every(Number.isFinite))
  return {
    quality: {
      impressions: length,
      heads,
      queries,
      recall,
      requests: survived.requests,
      survival: survived.survival,
      broken: head === undefined ? (broken ?? survived.broken) : `second-stage ${head}`,
    },
    values,
  }
}
