import { expect, it } from 'vitest'
import { allFinite } from './all-finite.ts'

it('tells NaN and the infinities from all other values', () => {
  expect(allFinite(new Float32Array(0))).toBe(true)
  expect(allFinite(Float32Array.of(0, -0, 3.4e38, -3.4e38, 1e-45))).toBe(true)
  for (const odd of [NaN, Infinity, -Infinity]) {
    expect(allFinite(Float32Array.of(1, odd, -1))).toBe(false)
    expect(allFinite(Float32Array.of(odd, -odd))).toBe(false)
  }
})
