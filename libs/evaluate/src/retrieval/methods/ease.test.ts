import { rng } from '@explore/learn'
import { describe, expect, it } from 'vitest'
import { easeWeights } from './ease.ts'
import { invertPositive } from './invert-positive.ts'

describe('invertPositive', () => {
  it.each([1, 5, 256, 300])('inverts %d rows: the product is the identity', async n => {
    const random = rng(n)
    const width = n + 3
    const root = Float32Array.from({ length: n * width }, random.normal)
    const dot = (a: Float32Array, i: number, b: Float32Array, j: number, k: number): number => {
      let sum = 0
      for (let c = 0; c < k; c++) sum += a[i * k + c]! * b[j * k + c]!
      return sum
    }
    const matrix = new Float32Array(n * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        matrix[i * n + j] = dot(root, i, root, j, width) + (i === j ? n : 0)
      }
    }
    const inverse = matrix.slice()
    await invertPositive(inverse, n)
    let worst = 0
    for (let i = 0; i < n; i += Math.ceil(n / 50)) {
      for (let j = 0; j < n; j++) {
        worst = Math.max(worst, Math.abs(dot(matrix, i, inverse, j, n) - Number(i === j)))
      }
    }
    expect(worst).toBeLessThan(1e-4)
  })
})

describe('easeWeights', () => {
  it('is the closed form of a hand-worked example', async () => {
    // Two users like both items, one likes the first alone: XᵀX = [[3, 2], [2, 2]], λ = 1.
    const train = {
      length: 5,
      user: Uint32Array.of(0, 0, 1, 1, 2),
      item: Uint32Array.of(0, 1, 0, 1, 0),
      time: new Float64Array(5),
      users: ['u', 'v', 'w'],
    }
    // P = [[4, 2], [2, 3]]⁻¹ = [[3, −2], [−2, 4]] / 8, so B01 = 2 / 4 and B10 = 2 / 3.
    const weights = await easeWeights(train, 2, 1)
    expect(weights[0]).toBe(0)
    expect(weights[1]).toBeCloseTo(2 / 4, 6)
    expect(weights[2]).toBeCloseTo(2 / 3, 6)
    expect(weights[3]).toBe(0)
  })
})
