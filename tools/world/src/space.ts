import type { Parameters } from './parameters.ts'
import { normal, type Stream } from './rng.ts'
import { TOPICS } from './vocabulary.ts'

/** The latent sphere on which topics, items and interests have their places. */
export interface Space {
  readonly dimension: number
  /** Writes a place near `topic` as row `row` of `rows`; draws by (`stream`, `who`, `purpose`…). */
  scatter(rows: Float32Array, row: number, topic: number, key: Key): void
}

/** Where a place's draws come from; `purpose` and the `dimension` numbers after it are used. */
export interface Key {
  readonly stream: Stream
  readonly who: number
  readonly purpose: number
}

/** Topics lie on the sphere at random, so that some are neighbours. */
export const createSpace = (stream: Stream, { dimension, scatter }: Parameters['taste']): Space => {
  const centres = new Float32Array(TOPICS.length * dimension)
  for (let topic = 0; topic < TOPICS.length; topic++) {
    for (let d = 0; d < dimension; d++) centres[topic * dimension + d] = normal(stream, topic, d)
    normalise(centres, topic * dimension, dimension)
  }
  const spread = scatter / Math.sqrt(dimension)
  return {
    dimension,
    scatter: (rows, row, topic, { stream, who, purpose }) => {
      const at = row * dimension
      for (let d = 0; d < dimension; d++)
        rows[at + d] =
          centres[topic * dimension + d]! + spread * normal(stream, who, 0, purpose + d)
      normalise(rows, at, dimension)
    },
  }
}

/** Gives the `dimension` numbers from `at` unit length, in place. */
export const normalise = (rows: Float32Array, at: number, dimension: number): void => {
  let square = 0
  for (let d = 0; d < dimension; d++) square += rows[at + d]! ** 2
  const scale = 1 / Math.sqrt(square)
  for (let d = 0; d < dimension; d++) rows[at + d]! *= scale
}
