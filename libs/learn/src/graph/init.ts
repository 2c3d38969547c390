import type { Rng } from '../rng.ts'

/** Fills a new parameter, given its shape. */
export type Init = (shape: readonly number[]) => Float32Array

const fill = (shape: readonly number[], draw: () => number): Float32Array => {
  const values = new Float32Array(shape.reduce((size, dim) => size * dim, 1))
  for (let i = 0; i < values.length; i++) values[i] = draw()
  return values
}

export const zeros: Init = shape => fill(shape, () => 0)

export const constant =
  (value: number): Init =>
  shape =>
    fill(shape, () => value)

export const normal =
  (rng: Rng, deviation: number): Init =>
  shape =>
    fill(shape, () => rng.normal() * deviation)

export const uniform =
  (rng: Rng, low: number, high: number): Init =>
  shape =>
    fill(shape, () => low + rng.uniform() * (high - low))

/** Uniform ±√(6 / (in + out)), for [in, out] weights (Glorot & Bengio, 2010). */
export const glorot =
  (rng: Rng): Init =>
  shape => {
    const bound = Math.sqrt(6 / ((shape.at(-2) ?? 1) + (shape.at(-1) ?? 1)))
    return uniform(rng, -bound, bound)(shape)
  }

/** Normal with variance 2 / in, for [in, out] weights before a relu (He et al., 2015). */
export const he =
  (rng: Rng): Init =>
  shape =>
    normal(rng, Math.sqrt(2 / (shape.at(-2) ?? 1)))(shape)
