import { type Catalogue, VIEWER_DENSE } from '@explore/explore'
import { gatherItems } from '../examples/batch.ts'
import { itemCounts } from '../examples/item-counts.ts'
import { itemFeeds } from '../examples/model-inputs.ts'
import { splitByTime, timeAt } from '../examples/time-split.ts'
import { fit, fitNote } from '../fit.ts'
import { exportModel } from '../graph/export-model.ts'
import { warmupCosine } from '../optim/schedule.ts'
import { rng } from '../rng.ts'
import { scaleOf } from '../second-stage/standardise.ts'
import { trainer } from '../trainer.ts'
import { WARM_RATE, warmStart } from '../warm-start.ts'
import { embedder } from './embedder.ts'
import { inBatches } from './in-batches.ts'
import { judgeTowers } from './judge-towers.ts'
import { lookAhead } from './look-ahead.ts'
import {
  type RetrievalExamples,
  takeTargets,
  TARGET_WEIGHTS,
  targetsOf,
} from './retrieval-examples.ts'
import { retrievalFeeds } from './retrieval-feeds.ts'
import { retrievalQueries } from './retrieval-queries.ts'
import type { QualityAt, RetrievalQueries } from './retrieval-quality.ts'
import { columnSampler } from './sample-columns.ts'
import { twoTower } from './two-tower.ts'
import type { TwoTowerOptions } from './two-tower-options.ts'
import { viewerBatches } from './viewer-batches.ts'

export interface TwoTower {
  /** `retrieval-user.onnx` and `retrieval-item.onnx`. */
  readonly user: Uint8Array
  readonly item: Uint8Array
  readonly dimension: number
  /** [catalogue.size, dimension] by the exported item model. */
  readonly vectors: Float32Array
  /** Passes that the exported parameters have seen. */
  readonly epoch: number
  /** Loss, and Recall@100 on the later positives, of each pass. */
  readonly passes: readonly (QualityAt & { readonly loss: number })[]
  /** Of the exported parameters on the later positives. */
  readonly quality: QualityAt
  /** What the quality was measured on: positives from `validFrom` on. */
  readonly queries: RetrievalQueries
  readonly validFrom: number
}

/** The cut of the recall that passes are judged by. */
const JUDGED_AT = 100
/** A small log can afford one run of the query tower per positive, and needs it; a large one learns as much from fewer. */
const SMALL = { batch: 256, ahead: 1, passes: 3 }
const LARGE = { batch: 512, ahead: 4, passes: 4 }
/** Positives from which on a log is large. */
const LARGE_FROM = 300_000
/** Positives seen in training: a still larger log needs fewer passes. */
const PAIRS = 2_000_000

/**
 * Trains retrieval's two towers and keeps the pass with the best Recall@100 on the log's last part,
 * ranking the whole catalogue. Deterministic under `seed`. Throws TRAIN_DATA where no event is a
 * positive, TRAIN_DIVERGED, and the signal's reason.
 */
export const trainTwoTower = async (
  examples: RetrievalExamples,
  options: TwoTowerOptions,
): Promise<TwoTower> => {
  const { dimension = 64, temperature = 0.05, rate = 6e-3, idDropout = 0.4 } = options
  const { onProgress, signal } = options
  const { catalogue, viewers } = examples
  const random = rng(options.seed).fork('two-tower')
  const all = targetsOf(examples.positives, options.weights ?? TARGET_WEIGHTS)
  const since = options.initial?.since ?? -Infinity
  const split =
    options.validFrom ??
    timeAt(
      all.time.filter(time => time >= since),
      0.9,
    )
  const { before } = splitByTime(all.time, split)
  const earlier = before.length > 0 ? takeTargets(all, before) : all
  const validFrom = before.length > 0 ? split : Infinity
  const queries = retrievalQueries(viewers, all, validFrom, options.validUsers ?? 1000)

  const every = Math.ceil(earlier.length / 10_000)
  const typical = viewers.gather(earlier.viewer.filter((_, i) => i % every === 0))
  const known = itemCounts(earlier.item, catalogue.size)
  const { g, user, item, loss, ids } = twoTower(
    {
      items: catalogue.size,
      dimension,
      hidden: options.hidden ?? 128,
      temperature,
      scale: scaleOf(typical.dense, VIEWER_DENSE),
    },
    random.fork('initial'),
  )
  // An item that nobody engaged with is known by its content alone.
  known.forEach((count, item) => {
    if (count === 0) ids.values.fill(0, (item + 1) * dimension, (item + 2) * dimension)
  })
  const warm = options.initial !== undefined && warmStart(g, options.initial.parameters)
  const { after } = splitByTime(earlier.time, since)
  const targets = warm && after.length > 0 ? takeTargets(earlier, after) : earlier
  const counts = itemCounts(targets.item, catalogue.size)
  const hidden = random.fork('hidden')
  const negatives = random.fork('negatives')
  const feedsOf = retrievalFeeds(examples, targets, {
    sample: columnSampler({
      counts,
      pool: servableItems(catalogue),
      uniform: options.uniform ?? 1,
      logQ: options.logQ ?? true,
      random: negatives,
    }),
    hides: item => known[item] === 0 || hidden.uniform() < idDropout,
  })
  const usual = targets.length < LARGE_FROM ? SMALL : LARGE
  const most = Math.max(1, Math.min(usual.passes, Math.round(PAIRS / targets.length)))
  const epochs = options.epochs ?? (warm ? 1 : most)
  // A small log is cut into smaller batches, or it would end before anything is learnt.
  const batch = Math.min(options.batch ?? usual.batch, Math.ceil(targets.length / 50))
  const ahead = options.ahead ?? usual.ahead
  const batches = viewerBatches(lookAhead(targets, viewers.user, ahead).viewer, batch)
  const steps = epochs * Math.ceil(targets.length / batch)
  const peak = warm ? rate * WARM_RATE : rate
  const training = await trainer(g, {
    loss,
    rate: warmupCosine({ peak, warmup: Math.min(50, steps / 10), steps, floor: peak / 20 }),
  })

  const judge = judgeTowers(training, { user, item }, examples, queries)

  const { passes, best } = await fit(training, {
    name: 'two-tower',
    epochs,
    batches,
    order: random.fork('order'),
    feeds: feedsOf,
    streams: [negatives, hidden],
    size: ({ targets }) => targets.length,
    judge: async () => (await judge([JUDGED_AT]))[`recall@${JUDGED_AT}`] ?? 0,
    judgeStart: warm,
    onProgress: progress => {
      options.onStep?.(progress)
      onProgress?.(progress.fraction, fitNote(progress))
    },
    ...(options.checkpoints && { checkpoints: options.checkpoints }),
    ...(signal && { signal }),
  })
  const quality = await judge()
  const models = {
    user: exportModel(g, { embedding: user }),
    item: exportModel(g, { embedding: item }),
  }
  await training.release()

  const tower = await embedder(models.item)
  const vectors = await inBatches(catalogue.size, dimension, ordinals =>
    tower.embed(itemFeeds(gatherItems(catalogue, ordinals))),
  )
  await tower.release()
  return {
    ...models,
    dimension,
    vectors,
    epoch: best,
    passes: passes.map(({ loss, score }) => ({ loss, [`recall@${JUDGED_AT}`]: score })),
    quality,
    queries,
    validFrom,
  }
}

const servableItems = (catalogue: Catalogue): Uint32Array =>
  Uint32Array.from({ length: catalogue.size }, (_, item) => item).filter(item =>
    catalogue.servable(item),
  )
