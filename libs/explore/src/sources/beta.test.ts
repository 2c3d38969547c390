import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { betaDraw, fitBeta } from './beta.ts'

const random = randomOf('beta')
const mean = (values: readonly number[]): number =>
  values.reduce((a, b) => a + b, 0) / values.length

describe('betaDraw', () => {
  it.each([
    [0.3, 0.7],
    [1, 9],
    [5, 2],
    [40, 400],
  ])('has the mean and the variance of Beta(%d, %d)', (alpha, beta) => {
    const draws = Array.from({ length: 20_000 }, () => betaDraw(alpha, beta, random))
    const sum = alpha + beta
    const variance = (alpha * beta) / (sum ** 2 * (sum + 1))
    const off = Math.abs(mean(draws) - alpha / sum)
    // Five standard errors.
    expect(off).toBeLessThan(5 * Math.sqrt(variance / draws.length))
    const spread = mean(draws.map(draw => (draw - alpha / sum) ** 2))
    expect(spread / variance).toBeGreaterThan(0.9)
    expect(spread / variance).toBeLessThan(1.1)
    expect(draws.every(draw => draw >= 0 && draw <= 1)).toBe(true)
  })
})

describe('fitBeta', () => {
  const family = (alpha: number, beta: number, trials: number, n = 2000) =>
    Array.from({ length: n }, () => {
      const rate = betaDraw(alpha, beta, random)
      let successes = 0
      for (let i = 0; i < trials; i++) if (random() < rate) successes++
      return { trials, successes }
    })

  it('finds the prior that a family was drawn from', () => {
    const { alpha, beta } = fitBeta(family(2, 18, 100), { alpha: 1, beta: 1 })
    expect(alpha / (alpha + beta)).toBeCloseTo(0.1, 1.7)
    expect(alpha + beta).toBeGreaterThan(14)
    expect(alpha + beta).toBeLessThan(28)
  })

  it('believes strongly in a family that is all alike, and weakly in one that is not', () => {
    const alike = fitBeta(family(2000, 8000, 100), { alpha: 1, beta: 1 })
    expect(alike.alpha + alike.beta).toBe(50)
    const torn = fitBeta(family(0.05, 0.05, 100), { alpha: 1, beta: 1 })
    expect(torn.alpha + torn.beta).toBe(2)
  })

  it('leaves a small family to the fallback', () => {
    const fallback = { alpha: 1, beta: 9 }
    expect(fitBeta(family(2, 18, 10, 19), fallback)).toBe(fallback)
  })
})
