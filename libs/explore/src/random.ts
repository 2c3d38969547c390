import { hash32 } from './hash.ts'

/** Uniform draws in [0, 1) that only depend on `seed` (mulberry32, T. Ettinger, public domain). */
export const randomOf = (seed: string): (() => number) => {
  let state = hash32(seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
