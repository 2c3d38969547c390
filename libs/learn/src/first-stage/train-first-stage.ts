import { CANDIDATE_DENSE, type Catalogue, ExploreError, VIEWER_DENSE } from '@explore/explore'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import type { ViewerRows } from '../examples/viewer-rows.ts'
import type { Feeds } from '../bind-feed.ts'
import type { Checkpoints } from '../checkpoints.ts'
import { fit, fitNote, type FitProgress } from '../fit.ts'
import { exportModel } from '../graph/export-model.ts'
import { warmupCosine } from '../optim/schedule.ts'
import { type Rng, rng } from '../rng.ts'
import type { Value } from '../runtime.ts'
import { scaleOf } from '../second-stage/standardise.ts'
import { trainer } from '../trainer.ts'
import { embedder } from '../two-tower/embedder.ts'
import { inBatches } from '../two-tower/in-batches.ts'
import { takeRows } from '../two-tower/take-rows.ts'
import { type Parameters, WARM_RATE, warmStart } from '../warm-start.ts'
import { firstStageNetwork } from './first-stage-network.ts'
import { type Lesson, pick, type RankedRequest } from './ranked-request.ts'

/** What the first stage's network learns from. */
export interface Lessons<R> {
  readonly catalogue: Catalogue
  readonly viewers: Pick<ViewerRows, 'gather'>
  /** `candidate.dense` of every item, as the item rows are cached: [catalogue.size, CANDIDATE_DENSE]. */
  readonly dense: Float32Array
  readonly requests: readonly R[]
}

export interface FirstStageOptions {
  readonly seed: number | string
  /** Of the embeddings, biases included. */
  readonly dimension?: number
  readonly hidden?: number
  /** Default 4, of a warm start 2. */
  readonly epochs?: number
  /** Requests per step. */
  readonly batch?: number
  readonly rate?: number
  /** Share of the candidates that count as selected. */
  readonly share?: number
  /** Parameters to go on from. */
  readonly initial?: Parameters
  readonly checkpoints?: Checkpoints
  /** Told of each step, for measurements. */
  readonly onStep?: (progress: FitProgress) => void
  readonly onProgress?: (fraction: number, message: string) => void
  readonly signal?: AbortSignal
}

export interface TrainedFirstStage {
  /** `first-user.onnx` and `first-item.onnx`. */
  readonly user: Uint8Array
  readonly item: Uint8Array
  readonly dimension: number
  /** [catalogue.size, dimension] by the exported item model. */
  readonly items: Float32Array
  /** Mean loss of each pass. */
  readonly losses: readonly number[]
}

/**
 * Distils the teacher's ranking into two towers: PSelect, the probability that the teacher ranks a
 * candidate among the best `share` of its request. Candidates are whatever retrieval finds, shown or
 * not, so that there is no bias by what was shown. Deterministic under `seed`. Throws TRAIN_DATA where
 * no request has candidates.
 */
export const trainFirstStage = (
  { requests, ...lessons }: Lessons<RankedRequest>,
  options: FirstStageOptions,
): Promise<TrainedFirstStage> =>
  fitFirstStage(
    { ...lessons, requests: requests.filter(({ items }) => items.length > 1) },
    (request, random) => pick(request, options.share ?? 0.1, random),
    options,
  )

/** Fits the first stage's network to the labels that `lesson` draws from each request, anew in every pass. */
export const fitFirstStage = async <R extends Pick<RankedRequest, 'viewer' | 'items'>>(
  { catalogue, viewers, dense, requests }: Lessons<R>,
  lesson: (request: R, random: Rng) => Lesson,
  options: FirstStageOptions,
): Promise<TrainedFirstStage> => {
  const { dimension = 32, hidden = 64, batch = 16, rate = 0.01, share = 0.1 } = options
  const { onProgress, signal } = options
  if (requests.length === 0) {
    throw new ExploreError(
      'TRAIN_DATA',
      'the first stage needs requests with at least 2 candidates: there is none',
    )
  }
  const random = rng(options.seed).fork('first-stage')
  const draw = random.fork('picks')
  const typical = requests.filter((_, i) => i % Math.ceil(requests.length / 1000) === 0)
  const { g, user, item, loss } = firstStageNetwork(
    {
      items: catalogue.size,
      dimension,
      hidden,
      scales: {
        viewer: scaleOf(viewers.gather(typical.map(({ viewer }) => viewer)).dense, VIEWER_DENSE),
        dense: scaleOf(
          takeRows(
            dense,
            CANDIDATE_DENSE,
            typical.flatMap(({ items }) => [...items]),
          ),
          CANDIDATE_DENSE,
        ),
      },
    },
    random.fork('initial'),
  )
  const itemInput = (ordinals: Uint32Array): Record<string, Value> => ({
    ...itemFeeds(gatherItems(catalogue, ordinals)),
    'candidate.dense': {
      data: takeRows(dense, CANDIDATE_DENSE, ordinals),
      dims: [ordinals.length, CANDIDATE_DENSE],
    },
  })

  const warm = options.initial !== undefined && warmStart(g, options.initial)
  const epochs = options.epochs ?? (warm ? 2 : 4)
  const steps = Math.ceil(requests.length / batch)
  const peak = warm ? rate * WARM_RATE : rate
  const training = await trainer(g, {
    loss,
    rate: warmupCosine({ peak, warmup: steps / 10, steps: steps * epochs, floor: peak / 20 }),
  })

  const feeds = (part: readonly R[]): Feeds => {
    const picks = part.map(request => lesson(request, draw))
    const rows = picks.flatMap(({ places }, at) =>
      Array.from(places, place => part[at].items[place]),
    )
    return {
      ...viewerFeeds(viewers.gather(part.map(({ viewer }) => viewer))),
      ...itemInput(Uint32Array.from(rows)),
      'candidate.viewer': Int32Array.from(
        picks.flatMap(({ places }, at) => Array.from(places, () => at)),
      ),
      'loss.label': Float32Array.from(picks.flatMap(({ labels }) => [...labels])),
    }
  }

  const { passes } = await fit(training, {
    name: 'first-stage',
    epochs,
    batches: order => {
      const all = order.shuffle(requests.slice())
      return Array.from({ length: steps }, (_, i) => all.slice(i * batch, (i + 1) * batch))
    },
    order: random.fork('order'),
    feeds,
    streams: [draw],
    size: part => part.reduce((sum, { items }) => sum + 4 * Math.round(items.length * share), 0),
    onProgress: progress => {
      options.onStep?.(progress)
      onProgress?.(progress.fraction, fitNote(progress))
    },
    ...(options.checkpoints && { checkpoints: options.checkpoints }),
    ...(signal && { signal }),
  })
  const models = {
    user: exportModel(g, { embedding: user }),
    item: exportModel(g, { embedding: item }),
  }
  await training.release()

  const tower = await embedder(models.item)
  const items = await inBatches(catalogue.size, dimension, ordinals =>
    tower.embed(itemInput(ordinals)),
  )
  await tower.release()
  return { ...models, dimension, items, losses: passes.map(({ loss }) => loss) }
}
