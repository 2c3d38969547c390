import {
  CANDIDATE_DENSE,
  COUNTERS,
  field,
  type SecondStage,
  type Settings,
  type ViewerFeatures,
} from '@explore/explore'
import { viewerFeeds } from '../examples/model-inputs.ts'
import type { Examples } from '../examples/replay.ts'
import { rng } from '../rng.ts'
import { embedder } from '../two-tower/embedder.ts'
import type { Retrieval } from '../two-tower/train-retrieval.ts'
import { type Candidates, unionOfSources } from './candidates.ts'
import { denseOfItems } from './dense-of-items.ts'
import { type DistilledQuality, distilledQuality, meanValues } from './distilled-quality.ts'
import { products } from './products.ts'
import { rankRequests } from './rank-requests.ts'
import { teacherOf } from './teacher.ts'
import {
  type FirstStageOptions,
  trainFirstStage,
  type TrainedFirstStage,
} from './train-first-stage.ts'

export interface DistilOptions extends FirstStageOptions {
  readonly secondStage: SecondStage
  readonly settings: Settings
  /** Default: `unionOfSources`. */
  readonly candidates?: Candidates
}

/** How much of the teacher's best survives the first stage, and rankings that it must beat. */
export interface DistilMetrics {
  /** Trained on, and measured on. */
  readonly requests: number
  readonly heldOut: number
  /** Candidates per request, on average. */
  readonly candidates: number
  readonly losses: readonly number[]
  readonly pselect: DistilledQuality
  readonly retrieval: DistilledQuality
  readonly popularity: DistilledQuality
  readonly clickRate: DistilledQuality
  /** The teacher's mean value of each item over the requests trained on: a look-up without a viewer. */
  readonly meanValue: DistilledQuality
}

export interface Distilled {
  readonly firstStage: TrainedFirstStage
  readonly metrics: DistilMetrics
}

const CLICKS = field('clicks')
/** Column of `candidate.dense`: log-odds of a click. */
const CLICK_RATE = 7

/**
 * Distils the second stage and the value model into the first stage, over candidates of the trained
 * retrieval, and measures it on the latest tenth of the requests, which it does not learn from.
 */
export const distil = async (
  examples: Examples,
  retrieval: Pick<Retrieval, 'towers' | 'neighbours'>,
  { secondStage, settings, ...options }: DistilOptions,
): Promise<Distilled> => {
  const { catalogue, viewers, counters, end } = examples
  const { onProgress, signal, seed } = options
  const dense = denseOfItems(catalogue, counters, end)
  const { towers, neighbours } = retrieval
  const query = await embedder(towers.user)
  const parts = {
    neighbours,
    vectors: towers.vectors,
    dimension: towers.dimension,
    embed: (rows: ViewerFeatures) => query.embed(viewerFeeds(rows)),
  }
  const ranked = await rankRequests(examples, parts, {
    candidates:
      options.candidates ?? unionOfSources(catalogue, counters, rng(seed).fork('candidates')),
    teacher: teacherOf(secondStage, { catalogue, viewers, dense, settings }),
    onProgress: fraction => onProgress?.(fraction / 2, 'the second stage ranks'),
    ...(signal && { signal }),
  })
  await query.release()
  const cut = ranked.length - Math.floor(ranked.length / 10)
  const requests = ranked.slice(0, cut)
  const held = ranked.slice(cut)
  const firstStage = await trainFirstStage(
    { catalogue, viewers, dense, requests },
    {
      ...options,
      onProgress: (fraction, message) => onProgress?.((1 + fraction) / 2, message),
    },
  )

  const { dimension } = firstStage
  const tower = await embedder(firstStage.user)
  const users = await tower.embed(viewerFeeds(viewers.gather(held.map(({ viewer }) => viewer))))
  await tower.release()
  const means = meanValues(requests, catalogue.size)
  const byItem = (score: (item: number) => number): DistilledQuality =>
    distilledQuality(held, ({ items }) => Float64Array.from(items, score))
  return {
    firstStage,
    metrics: {
      requests: requests.length,
      heldOut: held.length,
      candidates: ranked.reduce((sum, { items }) => sum + items.length, 0) / ranked.length,
      losses: firstStage.losses,
      pselect: distilledQuality(held, ({ items }, i) =>
        products(users.subarray(i * dimension, (i + 1) * dimension), firstStage.items, items),
      ),
      retrieval: distilledQuality(held, ({ items, query }) =>
        products(query, towers.vectors, items),
      ),
      popularity: byItem(item => counters[item * COUNTERS + CLICKS]),
      clickRate: byItem(item => dense[item * CANDIDATE_DENSE + CLICK_RATE]),
      meanValue: byItem(item => means[item]),
    },
  }
}
