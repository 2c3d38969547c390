import { expect, it } from 'vitest'
import { concat, extend, slateOf, take } from './slate.ts'

const slate = slateOf(Uint32Array.of(10, 20, 30), { score: Float32Array.of(1, 2, 3) })

it('takes rows of every column, in any order, keeping each column’s type', () => {
  const taken = take(slate, Uint32Array.of(2, 0, 2))
  expect(taken).toEqual({
    length: 3,
    items: Uint32Array.of(30, 10, 30),
    score: Float32Array.of(3, 1, 3),
  })
  expect(take(slate, new Uint32Array(0)).length).toBe(0)
})

it('refuses a column of another length, naming the stage', () => {
  expect(() => extend(slate, { light: new Float32Array(2) }, 'first stage')).toThrow(
    'first stage: column light has 2 rows, the slate has 3',
  )
  expect(() => slateOf(Uint32Array.of(1), { score: new Float32Array(2) })).toThrow(RangeError)
})

it('joins two slates column by column', () => {
  const { length, items, score } = concat(slate, take(slate, Uint32Array.of(1)))
  expect([length, [...items], [...score]]).toEqual([4, [10, 20, 30, 20], [1, 2, 3, 2]])
})
