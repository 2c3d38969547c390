import type { Event, Id, Millis } from '@explore/explore'
import type { EventWeights } from '@explore/learn'
import type { Dataset } from '../dataset.ts'
import type { Interactions } from './interactions.ts'

/** Users with what is to be found for them. Items are ordinals without repeats. */
export interface Queries {
  readonly users: readonly Id[]
  /** What the user engaged with later and had not before. */
  readonly truth: readonly Uint32Array[]
  /** What is never ranked for the user. */
  readonly seen: readonly Uint32Array[]
  /** What the user was shown later and passed over: a model that finds these too only knows what is shown. */
  readonly skipped: readonly Uint32Array[]
}

/** A retrieval experiment: what may be learnt from, what is ranked, and what is to be found. */
export interface RetrievalTask {
  readonly data: Dataset
  /** Events before `cut`, in log order: all that models, counters and viewers' histories may know. */
  readonly events: readonly Event[]
  /** `events` and those that only choose the pass of a model, in log order. */
  readonly learnable: readonly Event[]
  /** When the queries are asked. */
  readonly cut: Millis
  /** What counts as a positive, and how much as a target. */
  readonly weights: EventWeights
  /** The positives among `events`. */
  readonly train: Interactions
  /** 1 for every ordinal that is ranked. */
  readonly pool: Uint8Array
  /** Chooses hyperparameters and passes. */
  readonly validation: Queries
  /** Read once. */
  readonly test: Queries
  /** The same with the validation part joined to the training: what was chosen is fit again on it. */
  readonly whole?: RetrievalTask
  /** Whether times are real: plain lists may have none, and then nothing is recent. */
  readonly timed: boolean
  /** How it was made, for the report. */
  readonly facts: Readonly<Record<string, string | number>>
}
