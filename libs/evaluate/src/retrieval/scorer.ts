import type { Lab } from './lab.ts'
import type { Queries } from './task.ts'

/** A method that has learnt what it will. */
export interface Scorer {
  /**
   * Calls `visit` for each query in order with a score per ordinal, best largest, −Infinity for what it
   * would not retrieve. The array may be written to; it is valid until the next query.
   */
  readonly each: (
    queries: Queries,
    visit: (query: number, scores: Float32Array) => void,
  ) => Promise<void>
  readonly release?: () => Promise<void>
}

/** A row of the table: learns, then scores. */
export interface Method {
  readonly name: string
  /** Whether the seed changes anything. */
  readonly seeded: boolean
  readonly fit: (
    lab: Lab,
    options: {
      readonly seed: number
      readonly onProgress: (fraction: number, note?: string) => void
      readonly signal: AbortSignal
    },
  ) => Promise<Scorer>
}

/** One order for everybody. */
export const sameForAll = (scores: Float32Array): Scorer => {
  const copy = new Float32Array(scores.length)
  return {
    each: async ({ users }, visit) => {
      for (let query = 0; query < users.length; query++) {
        copy.set(scores)
        visit(query, copy)
      }
    },
  }
}
