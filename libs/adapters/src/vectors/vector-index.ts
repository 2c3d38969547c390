import type { Found } from '@explore/pipeline'

/** Finds the vectors of the largest inner product with a query. Labels are ordinals. */
export interface VectorIndex {
  /** How it searches, as operators read it. */
  readonly kind: string
  readonly dimension: number
  /** Vectors that it holds. */
  readonly size: number
  /**
   * The `k` best, best first, without repeats; fewer only where it holds no more.
   * Throws RangeError for a query of another dimension.
   */
  readonly search: (query: Float32Array, k: number) => Found
}

/** Refuses a query of another dimension than the index has. */
export const checkDimension = (query: Float32Array, dimension: number): void => {
  if (query.length !== dimension) {
    throw new RangeError(`the query has ${query.length} dimensions, the index has ${dimension}`)
  }
}
