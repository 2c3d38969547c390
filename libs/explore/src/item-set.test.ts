import { expect, it } from 'vitest'
import { itemSet } from './item-set.ts'
import { randomOf } from './random.ts'

it('has what was put in, for any size', () => {
  const random = randomOf('items')
  for (const size of [0, 1, 31, 32, 33, 1000]) {
    const items = Array.from({ length: 20 }, () => Math.floor(random() * size)).filter(
      i => i < size,
    )
    const set = itemSet(size, items)
    for (let item = 0; item < size; item++) expect(set.has(item)).toBe(items.includes(item))
  }
})

it('grows into a new set and stays itself', () => {
  const set = itemSet(100, [1])
  const grown = set.with(Uint32Array.of(2, 99))
  expect([1, 2, 99].map(grown.has)).toEqual([true, true, true])
  expect([1, 2, 99].map(set.has)).toEqual([true, false, false])
})

it('leaves out what is beyond every catalogue', () => {
  const set = itemSet(10, [5, 64, 0xffff_ffff])
  expect([5, 64, 0xffff_ffff].map(set.has)).toEqual([true, false, false])
})
