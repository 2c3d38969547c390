import { VIEWER_DENSE } from '@explore/explore'
import { gatherItems } from '../examples/batch.ts'
import { itemCounts } from '../examples/item-counts.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import { splitByTime, timeAt } from '../examples/time-split.ts'
import { exportModel } from '../graph/export-model.ts'
import { rng } from '../rng.ts'
import { scaleOf } from '../second-stage/standardise.ts'
import { trainer } from '../trainer.ts'
import { embedder } from './embedder.ts'
import { inBatches } from './in-batches.ts'
import {
  type EventWeights,
  type RetrievalExamples,
  takeTargets,
  TARGET_WEIGHTS,
  targetsOf,
} from './retrieval-examples.ts'
import { retrievalQueries } from './retrieval-queries.ts'
import { type QualityAt, qualityMeter } from './retrieval-quality.ts'
import { columnSampler } from './sample-columns.ts'
import { scoreBlocks } from './score-blocks.ts'
import { twoTower } from './two-tower.ts'
import { type ViewerBatch, viewerBatches } from './viewer-batches.ts'

export interface TwoTowerOptions {
  readonly seed: number
  readonly dimension?: number
  readonly hidden?: number
  /** Positives per step. */
  readonly batch?: number
  /** Uniform negatives per positive. */
  readonly uniform?: number
  /** Most passes over the positives. */
  readonly epochs?: number
  /** Passes without a better Recall@100 before training stops. */
  readonly patience?: number
  readonly rate?: number
  readonly tableRate?: number
  readonly temperature?: number
  /** Share of items whose id is hidden in a step, so that content learns to stand in for it. */
  readonly idDropout?: number
  readonly weights?: EventWeights
  /** Off: without the logQ correction, for ablations. */
  readonly logQ?: boolean
  /** Positives from then on only choose the pass to keep. Default: the last tenth. */
  readonly validateFrom?: number
  /** Users that Recall@100 is measured on. */
  readonly validationUsers?: number
  readonly onProgress?: (fraction: number, message: string) => void
  readonly signal?: AbortSignal
}

export interface TwoTower {
  /** `retrieval-user.onnx` and `retrieval-item.onnx`. */
  readonly user: Uint8Array
  readonly item: Uint8Array
  readonly dimension: number
  /** [catalogue.size, dimension] by the exported item model. */
  readonly vectors: Float32Array
  /** Passes that the exported parameters have seen. */
  readonly epoch: number
  /** Loss and validation quality of each pass. */
  readonly epochs: readonly (QualityAt & { readonly loss: number })[]
}

const CUTS = [50, 100, 500]
/** Added to a viewer's own items among the negatives: e to it is 0. */
const EXCLUDED = -1e9

/**
 * Trains retrieval's two towers and keeps the pass with the best Recall@100 on the log's last part,
 * ranking the whole catalogue. Deterministic under `seed`. Throws TRAIN_DATA where no event is a
 * positive, TRAIN_DIVERGED, and the signal's reason.
 */
export const trainTwoTower = async (
  { viewers, positives, catalogue }: RetrievalExamples,
  options: TwoTowerOptions,
): Promise<TwoTower> => {
  const {
    dimension = 64,
    hidden = 128,
    uniform = 1,
    epochs = 5,
    patience = 1,
    rate = 2e-3,
    tableRate = rate,
    temperature = 0.05,
    idDropout = 0.15,
    logQ = true,
    validationUsers = 1000,
    onProgress,
    signal,
  } = options
  const random = rng(options.seed).fork('two-tower')
  const all = targetsOf(positives, options.weights ?? TARGET_WEIGHTS)
  const validateFrom = options.validateFrom ?? timeAt(all.time, 0.9)
  const { before } = splitByTime(all.time, validateFrom)
  const targets = before.length > 0 ? takeTargets(all, before) : all
  const queries = retrievalQueries(viewers, all, validateFrom, validationUsers)

  const sample = columnSampler({
    counts: itemCounts(targets.item, catalogue.size),
    pool: Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
      catalogue.servable(item),
    ),
    uniform,
    logQ,
    random: random.fork('negatives'),
  })
  const meanWeight = targets.weight.reduce((sum, weight) => sum + weight, 0) / targets.length
  const typical = viewers.gather(
    targets.viewer.filter((_, i) => i % Math.ceil(targets.length / 10_000) === 0),
  )
  const scale = scaleOf(typical.dense, VIEWER_DENSE)
  const { g, loss, ...towers } = twoTower(
    { items: catalogue.size, dimension, hidden, temperature, scale },
    random.fork('initial'),
  )
  const training = await trainer(g, { loss, rate, tableRate })
  const batch = Math.max(1, Math.min(options.batch ?? 512, Math.ceil(targets.length / 20)))
  const batches = viewerBatches(targets.viewer, batch)
  const draw = random.fork('batches')

  const step = async ({
    viewers: rows,
    targets: taken,
    viewerOf,
  }: ViewerBatch): Promise<number> => {
    const columns = sample(taken.map(row => targets.item[row]))
    const items = gatherItems(catalogue, columns.items)
    for (let i = 0; i < items.rows; i++) if (draw.uniform() < idDropout) items.items[i] = 0
    const correction = new Float32Array(rows.length * items.rows)
    for (let i = 0; i < rows.length; i++) correction.set(columns.correction, i * items.rows)
    viewerOf.forEach((at, i) => (correction[at * items.rows + columns.row[i]] = EXCLUDED))
    const { loss } = await training.step({
      ...viewerFeeds(viewers.gather(rows)),
      ...itemFeeds(items),
      'loss.viewer': viewerOf,
      'loss.row': columns.row,
      'loss.own': columns.own,
      'loss.weight': Float32Array.from(taken, row => targets.weight[row] / meanWeight),
      'loss.correction': correction,
    })
    return loss
  }

  const queryViewers = viewers.gather(queries.viewer)
  const quality = async (): Promise<QualityAt> => {
    const vectors = await inBatches(catalogue.size, dimension, async ordinals => {
      const feeds = itemFeeds(gatherItems(catalogue, ordinals))
      const { item } = await training.evaluate({ item: towers.item }, feeds)
      return item.data as Float32Array
    })
    const { user } = await training.evaluate({ user: towers.user }, viewerFeeds(queryViewers))
    const meter = qualityMeter(queries, CUTS)
    const blocks = await scoreBlocks(vectors, dimension)
    await blocks.each(user.data as Float32Array, meter.add)
    await blocks.release()
    return meter.result()
  }

  const passes: (QualityAt & { loss: number })[] = []
  let best = { recall: -1, epoch: 0, values: training.snapshot() }
  for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= patience; epoch++) {
    const parts = batches(draw)
    let loss = 0
    for (const [i, part] of parts.entries()) {
      signal?.throwIfAborted()
      loss += (await step(part)) / parts.length
      onProgress?.((epoch - 1 + (i + 1) / parts.length) / epochs, `pass ${epoch} of ${epochs}`)
    }
    const measured = queries.length > 0 ? await quality() : {}
    passes.push({ ...measured, loss })
    const recall = measured['recall@100'] ?? epoch
    if (recall > best.recall) best = { recall, epoch, values: training.snapshot() }
  }
  training.restore(best.values)
  const user = exportModel(g, { embedding: towers.user })
  const item = exportModel(g, { embedding: towers.item })
  await training.release()

  const items = await embedder(item)
  const vectors = await inBatches(catalogue.size, dimension, ordinals =>
    items.embed(itemFeeds(gatherItems(catalogue, ordinals))),
  )
  await items.release()
  return { user, item, dimension, vectors, epoch: best.epoch, epochs: passes }
}
