import { describe, expect, test } from 'vitest'
import { normal, normalQuantile, streamOf, uniform } from './rng.ts'

const stream = streamOf(1, 'test')
const draws = (length: number, draw: (at: number) => number) =>
  Array.from({ length }, (_, at) => draw(at))
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

describe('uniform', () => {
  test('is a function of its key', () => {
    expect(uniform(stream, 7, 3, 2)).toBe(uniform(stream, 7, 3, 2))
    const keys = [uniform(stream, 7, 3, 2), uniform(stream, 3, 7, 2), uniform(stream, 7, 2, 3)]
    expect(new Set([...keys, uniform(streamOf(2, 'test'), 7, 3, 2)]).size).toBe(4)
    expect(streamOf(1, 'test')).not.toBe(streamOf(1, 'tess'))
  })

  test('fills (0, 1) evenly along every word of the key', () => {
    const along = [
      (at: number) => uniform(stream, at),
      (at: number) => uniform(stream, 5, at),
      (at: number) => uniform(stream, 5, 5, at),
      (at: number) => uniform(streamOf(at, 'seeds'), 5),
    ]
    for (const draw of along) {
      const cells = new Array<number>(20).fill(0)
      for (const u of draws(20_000, draw)) cells[Math.floor(u * 20)]! += 1
      const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
      expect(chiSquare).toBeLessThan(50) // 19 degrees of freedom: exceeded once in 8000
    }
  })

  test('neighbouring keys are uncorrelated', () => {
    const products = draws(
      20_000,
      at => 12 * (uniform(stream, at) - 0.5) * (uniform(stream, at + 1) - 0.5),
    )
    expect(Math.abs(mean(products))).toBeLessThan(4 / Math.sqrt(20_000))
  })
})

describe('normal', () => {
  test('the quantile function inverts the distribution function', () => {
    expect(normalQuantile(0.5)).toBeCloseTo(0, 9)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 7)
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306, 7)
    expect(normalQuantile(0.999)).toBeCloseTo(3.090232306, 7)
  })

  test('has mean 0 and variance 1, and rises with the uniform of its key', () => {
    const values = draws(20_000, at => normal(stream, at))
    expect(mean(values)).toBeCloseTo(0, 1)
    expect(mean(values.map(value => value ** 2))).toBeCloseTo(1, 1)
    expect(normal(stream, 1) > normal(stream, 2)).toBe(uniform(stream, 1) > uniform(stream, 2))
  })
})
