import { expect, test } from 'vitest'
import { broadcast, product, resolve, sum } from './dims.ts'

test('product multiplies what is known and names the rest, in any order', () => {
  expect(product([])).toBe(1)
  expect(product([2, 3])).toBe(6)
  expect(product(['batch', 50])).toBe('batch*50')
  expect(product([5, 'list', 10, 'batch'])).toBe('batch*list*50')
  expect(product([product(['batch', 5]), 10])).toBe(product([50, 'batch']))
  expect(product(['batch', 1])).toBe('batch')
})

test('sum adds what is known and names the rest', () => {
  expect(sum([2, 3])).toBe(5)
  expect(sum([2, 'batch', 3])).toBe('(batch+5)')
  expect(sum(['batch'])).toBe('batch')
})

test('broadcast follows NumPy, names being equal to themselves only', () => {
  expect(broadcast(['batch', 1, 3], [2, 1])).toEqual(['batch', 2, 3])
  expect(broadcast([], ['batch'])).toEqual(['batch'])
  expect(() => broadcast([2], [3])).toThrow('[2] and [3]')
  expect(() => broadcast(['batch'], ['list'])).toThrow('[batch] and [list]')
  expect(() => broadcast(['batch'], [3])).toThrow('[batch] and [3]')
})

test('resolve computes every expression that product and sum make', () => {
  const names = new Map([
    ['a', 2],
    ['b', 3],
  ])
  const joined = sum([product(['a', 5]), 'b', 4])
  expect(resolve([7, 'a', product(['a', 'b', 10]), joined], names)).toEqual([7, 2, 60, 17])
  expect(resolve([product([joined, 2])], names)).toEqual([34])
  expect(resolve([sum([product([joined, 2]), 'a'])], names)).toEqual([36])
  expect(resolve(['a', 'unknown'], names)).toBeUndefined()
})
