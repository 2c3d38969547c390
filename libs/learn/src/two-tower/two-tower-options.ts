import type { Checkpoints } from '../checkpoints.ts'
import type { FitProgress } from '../fit.ts'
import type { WarmStart } from '../warm-start.ts'
import type { EventWeights } from './retrieval-examples.ts'

export interface TwoTowerOptions {
  readonly seed: number | string
  /** Of the embeddings. Default 64. */
  readonly dimension?: number
  /** Default 128. */
  readonly hidden?: number
  /** Positives per step. Default 256, on logs of 300,000 positives and more 512. */
  readonly batch?: number
  /** Uniform negatives per positive. Default 1. */
  readonly uniform?: number
  /** Positives of a viewer that one run of the query tower answers for. Default 1, on large logs 4. */
  readonly ahead?: number
  /** Passes over the positives; the best one counts. Default 3, on large logs 4, and fewer from some 570,000 on. */
  readonly epochs?: number
  /** Peak learning rate. Default 0.006. */
  readonly rate?: number
  /** Cosines are divided by it. Default 0.05. */
  readonly temperature?: number
  /** Share of items whose id is hidden in a step, so that content learns to stand in for it. Default 0.4. */
  readonly idDropout?: number
  /** Default TARGET_WEIGHTS. */
  readonly weights?: EventWeights
  /** False: without the logQ correction, for ablations. */
  readonly logQ?: boolean
  /** Positives from then on only choose the pass. Default: the last tenth. */
  readonly validFrom?: number
  /** Users that the passes are judged on. Default 1,000. */
  readonly validUsers?: number
  /** Parameters to go on from, trained with the items after `since`; one pass then. */
  readonly initial?: WarmStart
  readonly checkpoints?: Checkpoints
  /** Told of each step, for measurements. */
  readonly onStep?: (progress: FitProgress) => void
  readonly onProgress?: (fraction: number, message: string) => void
  readonly signal?: AbortSignal
}
