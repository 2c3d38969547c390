import { describe, expect, it } from 'vitest'
import { rankOf, top } from './top.ts'

/** Numbers from a small set of both signs, so that many are equal, some infinite, some −0 and some NaN. */
const scoresOf = (seed: number, n: number): number[] => {
  let state = seed
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const draw = state >>> 24
    return draw < 10 ? NaN : draw < 20 ? -Infinity : draw < 25 ? Infinity : ((draw % 17) - 8) * -0.3
  })
}

describe('top', () => {
  it('is the prefix of a stable sort with NaN last, for any scores and n', () => {
    for (let seed = 0; seed < 200; seed++) {
      const scores = scoresOf(seed, seed % 40)
      const value = (i: number): number => (Number.isNaN(scores[i]!) ? -Infinity : scores[i]!)
      const sorted = Array.from(scores.keys()).sort(
        (a, b) =>
          Number(Number.isNaN(scores[a]!)) - Number(Number.isNaN(scores[b]!)) ||
          (value(a) === value(b) ? a - b : value(b) - value(a)),
      )
      // A sort may stand in for the heap where scores are f32.
      const floats = Float32Array.from(scores).subarray()
      for (const n of [0, 1, 3, scores.length >> 1, scores.length, scores.length + 5]) {
        expect(Array.from(top(scores, n))).toEqual(sorted.slice(0, n))
        expect(Array.from(top(floats, n))).toEqual(sorted.slice(0, n))
      }
      sorted.forEach((row, rank) => expect(rankOf(scores, row)).toBe(rank))
    }
  })

  it('takes n below 0 as none and fractions as whole', () => {
    expect(top([1, 2], -1)).toEqual(new Uint32Array(0))
    expect(top([1, 2, 3], 1.9)).toEqual(Uint32Array.of(2))
  })
})
