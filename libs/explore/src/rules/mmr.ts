import type { Settings } from '../settings.ts'

/**
 * Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998) over a sliding window:
 * λ · relevance − (1 − λ) · greatest cosine to the last placed ones.
 */
export interface Mmr {
  /** Marginal relevance of `row` for the next place. */
  readonly score: (row: number) => number
  /** Tells that `row` took the next place. */
  readonly place: (row: number) => void
}

/**
 * @param scores [rows], any scale: relevance is their place between the least and the greatest
 * @param vectors row-major [rows, dimension], unit length or zero
 */
export const mmr = (scores: Float32Array, vectors: Float32Array, settings: Settings): Mmr => {
  const rows = scores.length
  const dimension = rows === 0 ? 0 : vectors.length / rows
  const lambda = settings['rerank.mmrLambda']
  const window = settings['rerank.mmrWindow']
  const least = scores.reduce((a, b) => Math.min(a, b), Infinity)
  const span = scores.reduce((a, b) => Math.max(a, b), -Infinity) - least || 1
  /** Similarities of all rows to each of the last `window` placed ones, a ring. */
  const ring = Array.from({ length: window }, () => new Float32Array(rows))
  const nearest = new Float32Array(rows)
  let placed = 0
  return {
    score: row => lambda * ((scores[row]! - least) / span) - (1 - lambda) * nearest[row]!,
    place: row => {
      if (lambda === 1) return
      const slot = ring[placed++ % window]!
      for (let other = 0; other < rows; other++) {
        let a = 0
        let b = 0
        for (let i = 0; i < dimension; i += 2) {
          a += vectors[row * dimension + i]! * vectors[other * dimension + i]!
          b += vectors[row * dimension + i + 1]! * vectors[other * dimension + i + 1]!
        }
        slot[other] = a + b
      }
      nearest.fill(0)
      for (const similarities of ring.slice(0, placed)) {
        for (let other = 0; other < rows; other++) {
          if (similarities[other]! > nearest[other]!) nearest[other] = similarities[other]!
        }
      }
    },
  }
}
