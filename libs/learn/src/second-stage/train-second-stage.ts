import { ExploreError, HEADS, type Millis } from '@explore/explore'
import { rankingBatch } from '../examples/batch.ts'
import type { Label } from '../examples/labels.ts'
import type { Examples } from '../examples/replay.ts'
import { timeAt } from '../examples/time-split.ts'
import { exportModel } from '../graph/export-model.ts'
import type { HeadMetrics } from '../metrics/head-metrics.ts'
import { warmupCosine } from '../optim/schedule.ts'
import { rng } from '../rng.ts'
import { type Snapshot, trainer } from '../trainer.ts'
import { epochBatches } from './epoch-batches.ts'
import { feedsOf, hideIds } from './feeds.ts'
import { countLabels, type HeadPlan, planHeads } from './heads.ts'
import { calibrate, heldOut, heldOutMetrics, totalEntropy } from './held-out.ts'
import { type Logits, logitsOf } from './logits-of.ts'
import { network, NETWORK_PARTS, valuesOf } from './network.ts'
import { type Calibration, sigmoid } from './platt.ts'
import { scalesOf } from './scales-of.ts'
import { SECOND_STAGE_SIZES } from './sizes.ts'

export interface SecondStageOptions {
  readonly seed: number | string
  /** Passes over the impressions; the best one counts. Default 2, or 1 after a pass over partial rows. */
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
  /** Trained as if there were no others. Default: all that the examples hold enough of. */
  readonly labels?: readonly Label[]
  /** What to leave out, to measure what it is worth. */
  readonly without?: readonly SecondStagePart[]
  /** Ranking rows to predict with the trained network. Default: none. */
  readonly predict?: Uint32Array
  readonly onProgress?: (progress: SecondStageProgress) => void
  readonly signal?: AbortSignal
}

/** `partial rows`: history without impressions; `through click`: the factoring of rare heads. */
export const SECOND_STAGE_PARTS = [...NETWORK_PARTS, 'partial rows', 'through click'] as const

export type SecondStagePart = (typeof SECOND_STAGE_PARTS)[number]

export interface SecondStageProgress {
  readonly step: number
  readonly steps: number
  /** Of the step's batch, summed over heads. */
  readonly loss: number
}

export interface SecondStageMetrics {
  readonly trainRows: number
  /** Rows of history without impressions, trained on before. */
  readonly partialRows: number
  readonly validRows: number
  /** Log loss over the base rates', all heads together, after each epoch on the held-out rows. */
  readonly epochs: readonly number[]
  /** On the held-out rows, calibrated on other users; an untrained head answers its base rate. */
  readonly heads: Readonly<Record<Label, HeadMetrics & { readonly trained: boolean }>>
}

export interface TrainedSecondStage {
  /** `second-stage.onnx` of the bundle format. */
  readonly model: Uint8Array
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
  const { batch = 1024, rate = 0.003, until = Infinity, size = 'full', without = [] } = options
  const { time, labels, viewer, partial } = examples.ranking
  const validFrom = options.validFrom ?? timeAt(time, 0.9)
  const all = Uint32Array.from(time.keys())
  const train = all.filter(row => time[row] < validFrom && partial[row] === 0)
  const earlier = without.includes('partial rows')
    ? new Uint32Array()
    : all.filter(row => time[row] < validFrom && partial[row] === 1)
  const valid = all.filter(row => time[row] >= validFrom && time[row] < until && partial[row] === 0)
  const heads = planHeads(countLabels(labels, train)).map(plan => ({
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
      `${train.length} impressions hold too few reactions of any kind`,
    )
  }

  const random = rng(options.seed).fork('second-stage')
  const described = {
    items: examples.catalogue.size,
    heads,
    widths: SECOND_STAGE_SIZES[size],
    scales: scalesOf(examples, train),
    random: random.fork('parameters'),
    without: without.filter(part => part !== 'partial rows' && part !== 'through click'),
  }
  const net = network(described)
  const order = random.fork('order')
  const hidden = random.fork('hidden')
  const epochs = options.epochs ?? (earlier.length > 0 ? 1 : 2)
  const passes = [
    ...(earlier.length > 0 ? [Uint32Array.from([...earlier, ...train])] : []),
    ...Array.from({ length: epochs }, () => train),
  ]
  const steps = passes.reduce((sum, rows) => sum + Math.ceil(rows.length / batch), 0)
  const fitting = await trainer(net.g, {
    loss: net.loss,
    rate: warmupCosine({ peak: rate, warmup: Math.min(100, steps / 10), steps }),
    clip: 10,
    rng: random.fork('dropout'),
  })
  const judged = heldOut(examples, valid)
  const scores: number[] = []
  let best: { readonly values: Snapshot; readonly logits: Logits } | undefined
  for (const rows of passes) {
    for (const step of epochBatches(viewer, rows, batch, order)) {
      options.signal?.throwIfAborted()
      const examplesOfStep = rankingBatch(examples, step)
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
  const calibrations = calibrate(judged, heads, best.logits)
  const wanted = options.predict ?? new Uint32Array()
  const logits = await logitsOf(fitting, net, examples, heads, wanted)
  await fitting.release()

  const served = network({ ...described, trained: valuesOf(net) })
  Object.values(calibrations).forEach(({ slope, offset }, i) => {
    served.slope.values[i] = slope
    served.offset.values[i] = offset
  })
  return {
    model: exportModel(
      served.g,
      Object.fromEntries(HEADS.map(head => [head, served.probabilities[head]])),
    ),
    metrics: {
      trainRows: train.length,
      partialRows: earlier.length,
      validRows: valid.length,
      epochs: scores,
      heads: heldOutMetrics(judged, heads, best.logits),
    },
    predicted: probabilitiesOf(heads, logits, calibrations, wanted.length),
  }
}

const probabilitiesOf = (
  heads: readonly HeadPlan[],
  logits: Logits,
  calibrations: Readonly<Record<string, Calibration>>,
  rows: number,
): Record<Label, Float32Array> =>
  Object.fromEntries(
    heads.map(({ head, rate, trained }) => {
      if (!trained) return [head, new Float32Array(rows).fill(rate)]
      const { slope, offset } = calibrations[head]
      return [head, logits[head].map(z => sigmoid(slope * z + offset))]
    }),
  ) as Record<Label, Float32Array>
