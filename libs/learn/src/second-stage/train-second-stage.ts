import { ExploreError, type Head, HEADS, type Millis } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import type { Examples } from '../examples/replay.ts'
import { timeAt } from '../examples/time-split.ts'
import type { Checkpoints } from '../checkpoints.ts'
import { fit, fitNote, type FitProgress } from '../fit.ts'
import { exportModel } from '../graph/export-model.ts'
import type { HeadMetrics } from '../metrics/head-metrics.ts'
import { warmupCosine } from '../optim/schedule.ts'
import { rng } from '../rng.ts'
import { trainer } from '../trainer.ts'
import { WARM_RATE, warmStart, type WarmStart } from '../warm-start.ts'
import { epochBatches } from './epoch-batches.ts'
import { feedsOf, hideIds } from './feeds.ts'
import { planHeads } from './heads.ts'
import { calibrate, heldOut, heldOutMetrics, totalEntropy } from './held-out.ts'
import { logitsOf } from './logits-of.ts'
import { network } from './network.ts'
import { scalesOf } from './scales-of.ts'
import { SECOND_STAGE_SIZES } from './sizes.ts'

export interface SecondStageOptions {
  readonly seed: number | string
  /** Passes over the examples; the best one counts. Default 2, of a warm start 1. */
  readonly epochs?: number
  /** Default 'full'. */
  readonly size?: keyof typeof SECOND_STAGE_SIZES
  /** Impressions from then on choose the epoch and calibrate. Default: the last tenth. */
  readonly validFrom?: Millis
  /** Impressions from then on are not looked at. Default: none. */
  readonly until?: Millis
  /** Impressions per step. Default 1,024. */
  readonly batch?: number
  /** Peak learning rate. Default 0.003. */
  readonly rate?: number
  /** Parameters to go on from, trained with the impressions after `since`; one pass then. */
  readonly initial?: WarmStart
  readonly checkpoints?: Checkpoints
  /** Told of each step, for measurements. */
  readonly onStep?: (progress: FitProgress) => void
  readonly onProgress?: (fraction: number, message: string) => void
  readonly signal?: AbortSignal
}

export interface SecondStageMetrics {
  readonly trainRows: number
  /** Impressions from then on were held out. */
  readonly validFrom: Millis
  readonly validRows: number
  /** Log loss over the base rates', all heads together, after each epoch on the held-out rows. */
  readonly epochs: readonly number[]
  /** On the held-out rows, calibrated on other users; an untrained head answers its base rate. */
  readonly heads: Readonly<Record<Head, HeadMetrics & { readonly trained: boolean }>>
}

export interface TrainedSecondStage {
  /** `second-stage.onnx` of the bundle format. */
  readonly model: Uint8Array
  readonly metrics: SecondStageMetrics
}

/**
 * Trains the multi-task ranker on all impressions before `validFrom`, and calibrates it on the later
 * ones. Throws TRAIN_DATA where there is too little to learn from. The same examples, seed and options
 * give the same bytes.
 */
export const trainSecondStage = async (
  examples: Examples,
  options: SecondStageOptions,
): Promise<TrainedSecondStage> => {
  const { batch = 1024, rate = 0.003, until = Infinity, size = 'full' } = options
  const { onProgress, signal } = options
  const { time, labels, viewer } = examples.ranking
  const since = options.initial?.since ?? -Infinity
  const validFrom =
    options.validFrom ??
    timeAt(
      time.filter(at => at >= since),
      0.9,
    )
  const all = Uint32Array.from(time.keys())
  const earlier = all.filter(row => time[row] < validFrom)
  const valid = all.filter(row => time[row] >= validFrom && time[row] < until)
  const heads = planHeads(
    HEADS.map((_, i) => earlier.reduce((sum, row) => sum + labels[row * HEADS.length + i], 0)),
    earlier.length,
  )
  if (!heads.some(head => head.trained)) {
    throw new ExploreError(
      'TRAIN_DATA',
      `${earlier.length} impressions hold too few reactions of any kind`,
    )
  }

  const random = rng(options.seed).fork('second-stage')
  const net = network({
    items: examples.catalogue.size,
    heads,
    widths: SECOND_STAGE_SIZES[size],
    scales: scalesOf(examples, earlier),
    random: random.fork('parameters'),
  })
  const warm = options.initial !== undefined && warmStart(net.g, options.initial.parameters)
  const fresh = earlier.filter(row => time[row] >= since)
  const train = warm && fresh.length > 0 ? fresh : earlier
  const epochs = options.epochs ?? (warm ? 1 : 2)
  const steps = epochs * Math.ceil(train.length / batch)
  const peak = warm ? rate * WARM_RATE : rate
  const hidden = random.fork('hidden')
  const fitting = await trainer(net.g, {
    loss: net.loss,
    rate: warmupCosine({ peak, warmup: Math.min(100, steps / 10), steps }),
    clip: 10,
    rng: random.fork('dropout'),
  })
  const judged = heldOut(examples, valid)
  const { passes } = await fit(fitting, {
    name: 'second-stage',
    epochs,
    batches: order => epochBatches(viewer, train, batch, order),
    order: random.fork('order'),
    feeds: rows => {
      const examplesOfStep = rankingBatch(examples, rows)
      hideIds(examplesOfStep, hidden)
      return feedsOf(examplesOfStep, heads)
    },
    streams: [hidden],
    size: rows => rows.length,
    judge: async () =>
      -totalEntropy(judged, heads, await logitsOf(fitting, net, examples, heads, valid)),
    judgeStart: warm,
    onProgress: progress => {
      options.onStep?.(progress)
      onProgress?.(progress.fraction, fitNote(progress))
    },
    ...(options.checkpoints && { checkpoints: options.checkpoints }),
    ...(signal && { signal }),
  })
  const logits = await logitsOf(fitting, net, examples, heads, valid)
  await fitting.release()

  Object.values(calibrate(judged, logits)).forEach(({ slope, offset }, i) => {
    net.slope.values[i] = slope
    net.offset.values[i] = offset
  })
  return {
    model: exportModel(net.g, net.probabilities),
    metrics: {
      trainRows: train.length,
      validFrom,
      validRows: valid.length,
      epochs: passes.map(({ score }) => -score),
      heads: heldOutMetrics(judged, heads, logits),
    },
  }
}
