import { ExploreError, type Head, HEADS, type Millis } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import type { Examples } from '../examples/replay.ts'
import { timeAt } from '../examples/time-split.ts'
import { exportModel } from '../graph/export-model.ts'
import type { HeadMetrics } from '../metrics/head-metrics.ts'
import { warmupCosine } from '../optim/schedule.ts'
import { rng } from '../rng.ts'
import { type Snapshot, trainer } from '../trainer.ts'
import { epochBatches } from './epoch-batches.ts'
import { feedsOf, hideIds } from './feeds.ts'
import { planHeads } from './heads.ts'
import { calibrate, heldOut, heldOutMetrics, totalEntropy } from './held-out.ts'
import { type Logits, logitsOf } from './logits-of.ts'
import { network } from './network.ts'
import { scalesOf } from './scales-of.ts'
import { SECOND_STAGE_SIZES } from './sizes.ts'

export interface SecondStageOptions {
  readonly seed: number | string
  /** Passes over the examples; the best one counts. Default 2. */
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
  readonly onProgress?: (progress: SecondStageProgress) => void
  readonly signal?: AbortSignal
}

export interface SecondStageProgress {
  readonly step: number
  readonly steps: number
  /** Of the step's batch, summed over heads. */
  readonly loss: number
}

export interface SecondStageMetrics {
  readonly trainRows: number
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
  const { epochs = 2, batch = 1024, rate = 0.003, until = Infinity, size = 'full' } = options
  const { time, labels, viewer } = examples.ranking
  const validFrom = options.validFrom ?? timeAt(time, 0.9)
  const all = Uint32Array.from(time.keys())
  const train = all.filter(row => time[row] < validFrom)
  const valid = all.filter(row => time[row] >= validFrom && time[row] < until)
  const heads = planHeads(
    HEADS.map((_, i) => train.reduce((sum, row) => sum + labels[row * HEADS.length + i], 0)),
    train.length,
  )
  if (!heads.some(head => head.trained)) {
    throw new ExploreError(
      'TRAIN_DATA',
      `${train.length} impressions hold too few reactions of any kind`,
    )
  }

  const random = rng(options.seed).fork('second-stage')
  const net = network({
    items: examples.catalogue.size,
    heads,
    widths: SECOND_STAGE_SIZES[size],
    scales: scalesOf(examples, train),
    random: random.fork('parameters'),
  })
  const order = random.fork('order')
  const hidden = random.fork('hidden')
  const steps = epochs * Math.ceil(train.length / batch)
  const fitting = await trainer(net.g, {
    loss: net.loss,
    rate: warmupCosine({ peak: rate, warmup: Math.min(100, steps / 10), steps }),
    clip: 10,
    rng: random.fork('dropout'),
  })
  const judged = heldOut(examples, valid)
  const scores: number[] = []
  let best: { readonly values: Snapshot; readonly logits: Logits } | undefined
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const rows of epochBatches(viewer, train, batch, order)) {
      options.signal?.throwIfAborted()
      const examplesOfStep = rankingBatch(examples, rows)
      hideIds(examplesOfStep, hidden)
      const { loss } = await fitting.step(feedsOf(examplesOfStep, heads))
      options.onProgress?.({ step: fitting.steps(), steps, loss })
    }
    const logits = await logitsOf(fitting, net, examples, heads, valid)
    const score = totalEntropy(judged, heads, logits)
    if (!best || score < Math.min(...scores)) best = { values: fitting.snapshot(), logits }
    scores.push(score)
  }
  if (!best) throw new RangeError('at least one epoch')
  fitting.restore(best.values)
  await fitting.release()

  Object.values(calibrate(judged, best.logits)).forEach(({ slope, offset }, i) => {
    net.slope.values[i] = slope
    net.offset.values[i] = offset
  })
  return {
    model: exportModel(net.g, net.probabilities),
    metrics: {
      trainRows: train.length,
      validRows: valid.length,
      epochs: scores,
      heads: heldOutMetrics(judged, heads, best.logits),
    },
  }
}
