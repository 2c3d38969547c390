import { ExploreError, HEADS, type Millis } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import type { Label } from '../examples/labels.ts'
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
import { countLabels, planHeads } from './heads.ts'
import { calibrate, heldOut, heldOutMetrics, totalEntropy } from './held-out.ts'
import { logitsOf, probabilitiesOf } from './logits-of.ts'
import { network, NETWORK_PARTS, valuesOf } from './network.ts'
import { scalesOf } from './scales-of.ts'
import { SECOND_STAGE_SIZES } from './sizes.ts'
import { fitPriors } from './user-prior.ts'

export interface SecondStageOptions {
  readonly seed: number | string
  /**
   * Passes over the impressions; the best one counts. Default 2, or 1 after a pass over partial rows or of a warm
   * start.
   */
  readonly epochs?: number
  /** Default 'full' from 500,000 rows on, else 'small'. */
  readonly size?: keyof typeof SECOND_STAGE_SIZES
  /** Impressions from then on choose the epoch and calibrate. Default: the last tenth. */
  readonly validFrom?: Millis
  /** Impressions from then on are not looked at. Default: none. */
  readonly until?: Millis
  /** Impressions per step. Default 1,024. */
  readonly batch?: number
  /** Peak learning rate. Default 0.01. */
  readonly rate?: number
  /** Parameters to go on from, trained with the impressions after `since`; one pass then. */
  readonly initial?: WarmStart
  readonly checkpoints?: Checkpoints
  /** Trained as if there were no others. Default: all that the examples hold enough of. */
  readonly labels?: readonly Label[]
  /** What to leave out, to measure what it is worth. */
  readonly without?: readonly SecondStagePart[]
  /** Ranking rows to predict with the trained network. Default: none. */
  readonly predict?: Uint32Array
  /** Told of each step, for measurements. */
  readonly onStep?: (progress: FitProgress) => void
  readonly onProgress?: (fraction: number, message: string) => void
  readonly signal?: AbortSignal
}

/** `partial rows`: history without impressions; `through click`: the factoring of rare heads. */
export const SECOND_STAGE_PARTS = [...NETWORK_PARTS, 'partial rows', 'through click'] as const

export type SecondStagePart = (typeof SECOND_STAGE_PARTS)[number]

/** Rows from which on the full size pays for itself. */
const LARGE = 500_000

/** The latest rows of history without impressions count; more of them cost more time than they teach. */
const PARTIAL_ROWS = 800_000

export interface SecondStageMetrics {
  readonly trainRows: number
  /** Rows of history without impressions, trained on before. */
  readonly partialRows: number
  /** Impressions from then on were held out. */
  readonly validFrom: Millis
  readonly validRows: number
  /** Log loss over the base rates', all heads together, after each epoch on the held-out rows. */
  readonly epochs: readonly number[]
  /** On the held-out rows, calibrated on other users; an untrained head answers its base rate. */
  readonly heads: Readonly<Record<Label, HeadMetrics & { readonly trained: boolean }>>
}

export interface TrainedSecondStage {
  /** `second-stage.onnx` of the bundle format. */
  readonly model: Uint8Array
  /** The network as it was trained, before it was arranged to serve: what a warm start goes on from. */
  readonly trained: Uint8Array
  readonly metrics: SecondStageMetrics
  /** Of the rows to predict; an untrained label's is its base rate. */
  readonly predicted: Readonly<Record<Label, Float32Array>>
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
  const { batch = 1024, rate = 0.01, until = Infinity, without = [] } = options
  const { onProgress, signal } = options
  const { time, labels, viewer, partial } = examples.ranking
  const size = options.size ?? (time.length < LARGE ? 'small' : 'full')
  const since = options.initial?.since ?? -Infinity
  const validFrom =
    options.validFrom ??
    timeAt(
      time.filter(at => at >= since),
      0.9,
    )
  const all = Uint32Array.from(time.keys())
  const known = all.filter(row => time[row] < validFrom)
  const impressions = known.filter(row => partial[row] === 0)
  const valid = all.filter(row => time[row] >= validFrom && time[row] < until && partial[row] === 0)
  const heads = planHeads(countLabels(labels, impressions)).map(plan => ({
    ...plan,
    trained: plan.trained && (options.labels?.includes(plan.head) ?? true),
    throughClick:
      plan.throughClick &&
      (options.labels?.includes('click') ?? true) &&
      !without.includes('through click'),
  }))
  if (!heads.some(head => head.trained)) {
    throw new ExploreError(
      'TRAIN_DATA',
      `${impressions.length} impressions hold too few reactions of any kind`,
    )
  }

  const random = rng(options.seed).fork('second-stage')
  const described = {
    items: examples.catalogue.size,
    heads,
    widths: SECOND_STAGE_SIZES[size],
    scales: scalesOf(examples, impressions),
    random: random.fork('parameters'),
    without: without.filter(part => part !== 'partial rows' && part !== 'through click'),
  }
  const net = network(described)
  const warm = options.initial !== undefined && warmStart(net.g, options.initial.parameters)
  const fresh = impressions.filter(row => time[row] >= since)
  const train = warm && fresh.length > 0 ? fresh : impressions
  const histories =
    warm || without.includes('partial rows')
      ? new Uint32Array()
      : known.filter(row => partial[row] === 1).slice(-PARTIAL_ROWS)
  const epochs = options.epochs ?? (warm || histories.length > 0 ? 1 : 2)
  const rowsOf = [
    ...(histories.length > 0 ? [Uint32Array.from([...histories, ...train])] : []),
    ...Array.from({ length: epochs }, () => train),
  ]
  const steps = rowsOf.reduce((sum, rows) => sum + Math.ceil(rows.length / batch), 0)
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
    epochs: rowsOf.length,
    batches: (order, pass) => epochBatches(viewer, rowsOf[pass - 1], batch, order),
    order: random.fork('order'),
    feeds: rows => {
      const examplesOfStep = rankingBatch(examples, rows)
      hideIds(examplesOfStep, hidden)
      return feedsOf(examplesOfStep, heads)
    },
    streams: [hidden],
    size: rows => rows.length,
    judge: async () =>
      -totalEntropy(judged, heads, await logitsOf(fitting, net.logits, examples, heads, valid)),
    judgeStart: warm,
    onProgress: progress => {
      options.onStep?.(progress)
      onProgress?.(progress.fraction, fitNote(progress))
    },
    ...(options.checkpoints && { checkpoints: options.checkpoints }),
    ...(signal && { signal }),
  })
  const learnt = heads.filter(plan => plan.trained)
  fitPriors(examples, train, learnt).forEach(({ a, b }, i) => {
    net.calibration.a.values[i] = a
    net.calibration.b.values[i] = b
  })
  const logits = await logitsOf(fitting, net.logits, examples, heads, valid)
  const priors = await logitsOf(fitting, net.priors, examples, heads, valid)
  Object.values(calibrate(judged, heads, logits, priors)).forEach((calibration, i) => {
    for (const part of ['slope', 'offset', 'prior'] as const) {
      net.calibration[part].values[i] = calibration[part]
    }
  })
  const wanted = options.predict ?? new Uint32Array()
  const predicted = await probabilitiesOf(fitting, net, examples, heads, wanted)
  await fitting.release()
  const served = network({ ...described, trained: valuesOf(net) })
  return {
    model: exportModel(
      served.g,
      Object.fromEntries(HEADS.map(head => [head, served.probabilities[head]])),
    ),
    trained: exportModel(net.g, net.probabilities),
    metrics: {
      trainRows: train.length,
      partialRows: histories.length,
      validFrom,
      validRows: valid.length,
      epochs: passes.map(({ score }) => -score),
      heads: heldOutMetrics(judged, heads, logits, priors),
    },
    predicted,
  }
}
