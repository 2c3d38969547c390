import { type Neighbours, trainNeighbours } from '../neighbours/train-neighbours.ts'
import { popularity } from './popularity.ts'
import { type RetrievalExamples, TARGET_WEIGHTS, targetsOf } from './retrieval-examples.ts'
import { type QualityAt, qualityOfOrder } from './retrieval-quality.ts'
import { trainTwoTower, type TwoTower } from './train-two-tower.ts'
import type { TwoTowerOptions } from './two-tower-options.ts'

const DAY = 86_400_000
/** Training's share of the work; the rest finds neighbours. */
const TOWERS = 0.8

export interface RetrievalMetrics {
  /** The pass that was kept. */
  readonly epoch: number
  readonly passes: TwoTower['passes']
  /** Positives from then on were held out. */
  readonly validFrom: number
  /** Users that quality was measured on. */
  readonly queries: number
  readonly towers: QualityAt
  readonly popularity: QualityAt
  /** Popularity that halves every day. */
  readonly recentPopularity: QualityAt
}

export interface Retrieval {
  readonly towers: Pick<TwoTower, 'user' | 'item' | 'vectors' | 'dimension'>
  readonly neighbours: Neighbours
  readonly metrics: RetrievalMetrics
}

/** Trains the two towers and, with their vectors, the lists of similar items. */
export const trainRetrieval = async (
  examples: RetrievalExamples,
  options: TwoTowerOptions,
): Promise<Retrieval> => {
  const { onProgress, signal, weights = TARGET_WEIGHTS } = options
  const { catalogue, viewers, positives } = examples
  const { epoch, passes, quality, queries, validFrom, ...towers } = await trainTwoTower(examples, {
    ...options,
    onProgress: (fraction, message) => onProgress?.(fraction * TOWERS, message),
  })
  const targets = targetsOf(positives, weights)
  const neighbours = await trainNeighbours(
    {
      engagements: { ...targets, user: targets.viewer.map(row => viewers.user[row]) },
      catalogue,
      vectors: towers.vectors,
      dimension: towers.dimension,
    },
    {
      onProgress: fraction => onProgress?.(TOWERS + fraction * (1 - TOWERS), 'similar items'),
      ...(signal && { signal }),
    },
  )
  const order = (halfLife: number): QualityAt =>
    qualityOfOrder(queries, popularity(targets, catalogue.size, { now: validFrom, halfLife }))
  return {
    towers,
    neighbours,
    metrics: {
      epoch,
      passes,
      validFrom,
      queries: queries.length,
      towers: quality,
      popularity: order(Infinity),
      recentPopularity: order(DAY),
    },
  }
}
