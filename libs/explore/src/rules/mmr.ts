import type { Settings } from '../settings.ts'
import type { Contest } from './fill-places.ts'

/**
 * Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998) over a sliding window:
 * λ · relevance − (1 − λ) · greatest cosine to the last placed ones, at least 0.
 *
 * @param scores [rows] falling, any scale: relevance is their place between the least and the greatest
 * @param likenesses [rows, rows] cosines of all pairs; empty where nothing is known of them
 */
export const mmr = (
  scores: Float32Array,
  likenesses: Float32Array,
  settings: Settings,
): Contest => {
  const rows = scores.length
  const lambda = settings['rerank.mmrLambda']
  const window = settings['rerank.mmrWindow']
  const least = scores.at(-1) ?? 0
  const span = (scores[0] ?? 0) - least || 1
  const relevance = Float64Array.from(scores, score => (lambda * (score - least)) / span)
  const placed: number[] = []

  const score = (row: number, over: number): number => {
    let value = relevance[row]!
    let nearest = 0
    const first = Math.max(0, placed.length - window)
    // Each further likeness can only cost: once the row is out of reach, the rest need not be known.
    for (let i = placed.length - 1; i >= first && value > over; i--) {
      const likeness = likenesses[row * rows + placed[i]!]!
      if (!(likeness > nearest)) continue
      nearest = likeness
      value = relevance[row]! - (1 - lambda) * nearest
    }
    return value
  }
  return { bound: row => relevance[row]!, score, place: row => void placed.push(row) }
}
