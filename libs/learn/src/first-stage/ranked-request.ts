import { top } from '@explore/pipeline'
import type { Rng } from '../rng.ts'

/** What the teacher makes of one request's candidates. */
export interface RankedRequest {
  /** Row of the viewer. */
  readonly viewer: number
  /** Candidate ordinals. */
  readonly items: Uint32Array
  /** The teacher's value of each. */
  readonly values: Float32Array
}

/** Candidates to learn from: places in the request's `items`, and the label of each. */
export interface Lesson {
  readonly places: Uint32Array
  readonly labels: Float32Array
}

/**
 * All of the best `share`, K of them, as selected; K of those ranked next, which are the hardest to tell
 * apart, and 2 · K random ones of the rest, as not.
 */
export const pick = ({ values }: RankedRequest, share: number, random: Rng): Lesson => {
  const selected = Math.max(1, Math.round(values.length * share))
  const order = top(values, values.length)
  const hard = order.subarray(selected, selected * 3)
  const easy = order.subarray(selected * 3)
  const some = (places: Uint32Array, count: number) =>
    random.shuffle(places.slice()).subarray(0, count)
  const places = Uint32Array.from([
    ...order.subarray(0, selected),
    ...some(hard, selected),
    ...some(easy, 2 * selected),
  ])
  return { places, labels: new Float32Array(places.length).fill(1, 0, selected) }
}
