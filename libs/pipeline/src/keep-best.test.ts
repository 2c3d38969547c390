import { describe, expect, it } from 'vitest'
import { keepBest } from './keep-best.ts'

describe('keepBest', () => {
  const scores = Float32Array.of(5, 1, 9, 3, 7, 2, 8)
  const reserve = (least: number, ...held: number[]) => ({
    least,
    holds: (row: number) => held.includes(row),
  })

  it('keeps the best, best first, with their ranks', () => {
    expect(keepBest(scores, 3)).toEqual({
      rows: Uint32Array.of(2, 6, 4),
      ranks: Uint32Array.of(0, 1, 2),
      saved: 0,
    })
  })

  it('gives the last places to the best held rows that the cut lacks, with their true ranks', () => {
    const { rows, ranks, saved } = keepBest(scores, 3, reserve(2, 1, 5))
    expect([...rows]).toEqual([2, 5, 1])
    expect([...ranks]).toEqual([0, 5, 6])
    expect(saved).toBe(2)
  })

  it('counts held rows that the cut has anyway', () => {
    expect(keepBest(scores, 3, reserve(2, 6, 1)).rows).toEqual(Uint32Array.of(2, 6, 1))
    expect(keepBest(scores, 3, reserve(1, 6, 1)).rows).toEqual(Uint32Array.of(2, 6, 4))
  })

  it('never drops a held row for another', () => {
    expect([...keepBest(scores, 3, reserve(2, 4, 1, 5)).rows]).toEqual([2, 4, 5])
  })

  it('saves no more than there are places, and none where nothing is cut', () => {
    expect([...keepBest(scores, 2, reserve(5, 0, 1, 3)).rows]).toEqual([0, 3])
    expect(keepBest(scores, 9, reserve(5, 1)).saved).toBe(0)
    expect(keepBest([], 3, reserve(1)).rows.length).toBe(0)
    expect(keepBest(scores, 0, reserve(1, 1)).rows.length).toBe(0)
  })

  it('is a set of n rows that holds what it must, for any scores and reserve', () => {
    for (let seed = 1; seed < 300; seed++) {
      const random = Float32Array.from({ length: 20 }, (_, i) => (seed * (i + 7) * 7919) % 31)
      const held = (row: number) => (row * seed) % 3 === 0
      const all = Array.from(random.keys()).filter(held).length
      const { rows } = keepBest(random, seed % 21, { least: seed % 7, holds: held })
      expect(rows.length).toBe(Math.min(seed % 21, 20))
      expect(new Set(rows).size).toBe(rows.length)
      const inside = rows.filter(held).length
      expect(inside).toBeGreaterThanOrEqual(Math.min(seed % 7, rows.length, all))
    }
  })
})
