import { unitVectors } from '@explore/testkit'
import { expect, it } from 'vitest'
import { likenesses } from './likenesses.ts'

it.each([4, 7, 64])(
  'are the inner products of all pairs at width %i, however many rows come',
  width => {
    const of = likenesses(width)
    for (const n of [0, 1, 5, 300, 3]) {
      const rows = unitVectors(n, width, n + 1)
      const found = of(rows)
      expect(found.length).toBe(n * n)
      for (let a = 0; a < n; a++) {
        for (let b = 0; b < n; b++) {
          let exact = 0
          for (let i = 0; i < width; i++) exact += rows[a * width + i]! * rows[b * width + i]!
          if (!(Math.abs(found[a * n + b]! - exact) < 1e-5)) expect(found[a * n + b]).toBe(exact)
        }
      }
    }
  },
)
