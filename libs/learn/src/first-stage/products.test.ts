import { expect, it } from 'vitest'
import { products } from './products.ts'

it('multiplies a vector with the rows that are asked for', () => {
  const table = Float32Array.of(1, 0, 0, 1, 2, 3)
  expect([...products(Float32Array.of(2, 5), table, Uint32Array.of(2, 0))]).toEqual([19, 2])
})
