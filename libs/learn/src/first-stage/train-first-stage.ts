import { CANDIDATE_DENSE, type Catalogue, ExploreError, VIEWER_DENSE } from '@explore/explore'
import { gatherItems } from '../examples/batch.ts'
import { itemFeeds, viewerFeeds } from '../examples/model-inputs.ts'
import type { ViewerRows } from '../examples/viewer-rows.ts'
import { exportModel } from '../graph/export-model.ts'
import { warmupCosine } from '../optim/schedule.ts'
import { type Rng, rng } from '../rng.ts'
import type { Value } from '../runtime.ts'
import { scaleOf } from '../second-stage/standardise.ts'
import { trainer } from '../trainer.ts'
import { embedder } from '../two-tower/embedder.ts'
import { inBatches } from '../two-tower/in-batches.ts'
import { takeRows } from '../two-tower/take-rows.ts'
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
  readonly epochs?: number
  /** Requests per step. */
  readonly batch?: number
  readonly rate?: number
  /** Share of the candidates that count as selected. */
  readonly share?: number
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
  const { dimension = 32, hidden = 64, epochs = 4, batch = 16, rate = 0.01 } = options
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

  const order = requests.slice()
  const steps = Math.ceil(order.length / batch)
  const training = await trainer(g, {
    loss,
    rate: warmupCosine({ peak: rate, warmup: steps / 10, steps: steps * epochs, floor: rate / 20 }),
  })

  const step = async (part: readonly R[]): Promise<number> => {
    const picks = part.map(request => lesson(request, draw))
    const rows = picks.flatMap(({ places }, at) =>
      Array.from(places, place => part[at].items[place]),
    )
    const { loss } = await training.step({
      ...viewerFeeds(viewers.gather(part.map(({ viewer }) => viewer))),
      ...itemInput(Uint32Array.from(rows)),
      'candidate.viewer': Int32Array.from(
        picks.flatMap(({ places }, at) => Array.from(places, () => at)),
      ),
      'loss.label': Float32Array.from(picks.flatMap(({ labels }) => [...labels])),
    })
    return loss
  }

  const losses: number[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    draw.shuffle(order)
    let mean = 0
    for (let i = 0; i < steps; i++) {
      signal?.throwIfAborted()
      mean += (await step(order.slice(i * batch, (i + 1) * batch))) / steps
      onProgress?.((epoch + (i + 1) / steps) / epochs, `pass ${epoch + 1} of ${epochs}`)
    }
    losses.push(mean)
  }
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
  return { ...models, dimension, items, losses }
}
