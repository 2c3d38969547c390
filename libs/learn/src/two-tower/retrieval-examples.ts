import { type Catalogue, EVENT_TYPES, type EventType, ExploreError } from '@explore/explore'
import type { PositiveRows } from '../examples/positive-rows.ts'
import type { ViewerRows } from '../examples/viewer-rows.ts'

/** What retrieval learns from: positives with the viewers' features as of before each. */
export interface RetrievalExamples {
  readonly catalogue: Catalogue
  readonly viewers: Pick<ViewerRows, 'user' | 'gather'>
  readonly positives: Pick<PositiveRows, 'viewer' | 'item' | 'time' | 'kinds'>
}

export type EventWeights = Readonly<Partial<Record<EventType, number>>>

/** What each kind of engagement weighs as a target; kinds left out are none. */
export const TARGET_WEIGHTS: EventWeights = {
  click: 0.3,
  long_view: 1,
  like: 3,
  comment: 3,
  save: 5,
  share: 5,
  follow: 5,
}

/** Positives that count, as columns in the order of the log. */
export interface Targets {
  readonly length: number
  readonly viewer: Uint32Array
  readonly item: Uint32Array
  readonly time: Float64Array
  /** The largest weight among the kinds. */
  readonly weight: Float32Array
}

/** The positives with a weight above 0; throws TRAIN_DATA where there is none. */
export const targetsOf = (
  { viewer, item, time, kinds }: RetrievalExamples['positives'],
  weights: EventWeights,
): Targets => {
  const weight = Float32Array.from(kinds, bits =>
    EVENT_TYPES.reduce(
      (most, type, i) => ((bits >> i) & 1 ? Math.max(most, weights[type] ?? 0) : most),
      0,
    ),
  )
  const rows = Uint32Array.from(weight.keys()).filter(row => weight[row] > 0)
  if (rows.length === 0) {
    const wanted = EVENT_TYPES.filter(type => (weights[type] ?? 0) > 0).join(', ')
    throw new ExploreError(
      'TRAIN_DATA',
      `retrieval needs events of an item by a user of the types ${wanted}: the log has none`,
    )
  }
  return takeTargets({ length: weight.length, viewer, item, time, weight }, rows)
}

/** The targets at `rows`, in that order. */
export const takeTargets = (targets: Targets, rows: Uint32Array): Targets => ({
  length: rows.length,
  viewer: rows.map(row => targets.viewer[row]),
  item: rows.map(row => targets.item[row]),
  time: Float64Array.from(rows, row => targets.time[row]),
  weight: Float32Array.from(rows, row => targets.weight[row]),
})
