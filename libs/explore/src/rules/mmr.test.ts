import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { settingsFrom } from '../settings.ts'
import { fillPlaces } from './fill-places.ts'
import { mmr } from './mmr.ts'

const unitRows = (rows: number, dimension: number, random: () => number): Float32Array => {
  const vectors = new Float32Array(rows * dimension).map(() => random() - 0.4)
  for (let row = 0; row < rows; row++) {
    const part = vectors.subarray(row * dimension, (row + 1) * dimension)
    const length = Math.hypot(...part)
    part.forEach((x, i) => (part[i] = x / length))
  }
  return vectors
}

const likenesses = (vectors: Float32Array, rows: number): Float32Array => {
  const dimension = vectors.length / rows
  return new Float32Array(rows * rows).map((_, i) => {
    const [a, b] = [Math.floor(i / rows) * dimension, (i % rows) * dimension]
    let sum = 0
    for (let d = 0; d < dimension; d++) sum += vectors[a + d]! * vectors[b + d]!
    return sum
  })
}

/** MMR as the paper has it: every likeness, every time. */
const plainOrder = (
  scores: Float32Array,
  vectors: Float32Array,
  lambda: number,
  window: number,
): number[] => {
  const dimension = vectors.length / scores.length
  const span = scores[0]! - scores.at(-1)! || 1
  const cosine = (a: number, b: number): number => {
    let sum = 0
    for (let i = 0; i < dimension; i++) {
      sum += vectors[a * dimension + i]! * vectors[b * dimension + i]!
    }
    return sum
  }
  const order: number[] = []
  while (order.length < scores.length) {
    let best = -1
    let highest = -Infinity
    for (let row = 0; row < scores.length; row++) {
      if (order.includes(row)) continue
      const near = order.slice(-window).map(other => cosine(row, other))
      const relevance = (scores[row]! - scores.at(-1)!) / span
      const worth = lambda * relevance - (1 - lambda) * Math.max(0, ...near)
      if (worth > highest + 1e-6) {
        best = row
        highest = worth
      }
    }
    order.push(best)
  }
  return order
}

describe('mmr', () => {
  it('is the plain formula at any λ, window and dimension', () => {
    const random = randomOf('mmr')
    for (const lambda of [0.3, 0.8, 1]) {
      for (const window of [1, 3, 50]) {
        for (const dimension of [1, 7, 64]) {
          const scores = new Float32Array(25)
            .map(() => random())
            .sort()
            .reverse()
          const vectors = unitRows(25, dimension, random)
          const settings = settingsFrom({ 'rerank.mmrLambda': lambda, 'rerank.mmrWindow': window })
          const alike = likenesses(vectors, 25)
          const { rows } = fillPlaces(new Uint32Array(25), [], mmr(scores, alike, settings))
          const plain = plainOrder(scores, vectors, lambda, window)
          // In one dimension likenesses are 0 or 1, and equal worths may come in either order.
          if (dimension > 1) expect(rows).toEqual(plain)
          else expect(rows.length).toBe(plain.length)
        }
      }
    }
  })

  it('puts twins apart', () => {
    const alike = likenesses(Float32Array.of(1, 0, 1, 0, 0, 1), 3)
    const order = (lambda: number) =>
      fillPlaces(
        new Uint32Array(3),
        [],
        mmr(Float32Array.of(1, 0.9, 0.8), alike, settingsFrom({ 'rerank.mmrLambda': lambda })),
      ).rows
    expect(order(1)).toEqual([0, 1, 2])
    expect(order(0.5)).toEqual([0, 2, 1])
  })

  it('takes equal scores, no likenesses and no rows', () => {
    const settings = settingsFrom()
    const rows = (n: number) =>
      fillPlaces(new Uint32Array(n), [], mmr(new Float32Array(n), new Float32Array(0), settings))
        .rows
    expect(rows(0)).toEqual([])
    expect(rows(3)).toEqual([0, 1, 2])
  })
})
