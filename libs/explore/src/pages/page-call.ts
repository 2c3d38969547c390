import type { Trace } from '@explore/pipeline'
import type { Millis } from '../types.ts'

/** The circumstances of one call. */
export interface PageCall {
  /** What "now" means to ages, decay and freshness: the clock of the events, which may lie in the past. */
  readonly now: Millis
  /** The machine's clock, by which sessions and precomputed pages expire. */
  readonly wall: Millis
  /** A UUID: names the page, its session and its draws. */
  readonly requestId: string
  /** Requests waiting behind this one, for the peak policy. */
  readonly waiting?: number
  /** When the live ranking must have ended, by performance.now(), where that is before the settings' deadline. */
  readonly deadline?: number
  /** Hears what the steps did that ranked the page, where any did. */
  readonly traced?: (trace: Trace) => void
}
