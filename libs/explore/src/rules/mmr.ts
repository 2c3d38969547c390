import type { Settings } from '../settings.ts'
import type { Contest } from './fill-places.ts'

/**
 * Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998) over a sliding window:
 * λ · relevance − (1 − λ) · greatest cosine to the last placed ones, at least 0.
 * A likeness is computed when it is first needed: most rows are out of reach of most places.
 *
 * @param scores [rows] falling, any scale: relevance is their place between the least and the greatest
 * @param vectors row-major [rows, dimension], unit length or zero
 */
export const mmr = (scores: Float32Array, vectors: Float32Array, settings: Settings): Contest => {
  const rows = scores.length
  const dimension = rows === 0 ? 0 : vectors.length / rows
  const lambda = settings['rerank.mmrLambda']
  const window = settings['rerank.mmrWindow']
  const least = scores.at(-1) ?? 0
  const span = (scores[0] ?? 0) - least || 1
  const relevance = Float64Array.from(scores, score => (lambda * (score - least)) / span)
  /** [rows, window] likeness to the last placed ones, a ring per row. */
  const ring = new Float32Array(rows * window)
  /** Up to which place each row's ring is filled. */
  const known = new Uint32Array(rows)
  /** Each row's greatest likeness in its ring, and the place that it is to; −1 for none above 0. */
  const nearest = new Float32Array(rows)
  const nearestAt = new Int32Array(rows).fill(-1)
  const placed: number[] = []

  const forget = (row: number, first: number): void => {
    nearest[row] = 0
    nearestAt[row] = -1
    for (let place = first; place < known[row]!; place++) compare(row, place)
  }
  const compare = (row: number, place: number): void => {
    const likeness = ring[row * window + (place % window)]!
    if (likeness <= nearest[row]!) return
    nearest[row] = likeness
    nearestAt[row] = place
  }
  const worth = (row: number): number => relevance[row]! - (1 - lambda) * nearest[row]!

  const score = (row: number, over: number): number => {
    const first = Math.max(0, placed.length - window)
    if (nearestAt[row]! >= 0 && nearestAt[row]! < first) forget(row, first)
    // Each further likeness can only cost: once the row is out of reach, the rest need not be known.
    let value = worth(row)
    for (let place = Math.max(known[row]!, first); place < placed.length; place++) {
      if (value <= over) return value
      ring[row * window + (place % window)] = dot(vectors, row, placed[place]!, dimension)
      known[row] = place + 1
      compare(row, place)
      value = worth(row)
    }
    return value
  }
  return {
    bound: row => relevance[row]!,
    score: lambda === 1 ? row => relevance[row]! : score,
    place: row => void placed.push(row),
  }
}

const dot = (vectors: Float32Array, a: number, b: number, dimension: number): number => {
  let x = 0
  let y = 0
  let z = 0
  let w = 0
  let i = a * dimension
  let j = b * dimension
  // Four sums that don't wait for each other.
  for (const end = i + dimension - 3; i < end; i += 4, j += 4) {
    x += vectors[i]! * vectors[j]!
    y += vectors[i + 1]! * vectors[j + 1]!
    z += vectors[i + 2]! * vectors[j + 2]!
    w += vectors[i + 3]! * vectors[j + 3]!
  }
  for (const end = (a + 1) * dimension; i < end; i++, j++) x += vectors[i]! * vectors[j]!
  return x + y + z + w
}
