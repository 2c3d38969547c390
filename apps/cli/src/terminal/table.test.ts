import { expect, it } from 'vitest'
import { minute, short, table } from './table.ts'

it('sets columns one under the other, numbers to the right', () => {
  expect(
    table(
      ['name', '>n'],
      [
        ['a', '1'],
        ['bcd', '100'],
      ],
      '  ',
    ).split('\n'),
  ).toEqual(['  name    n', '  a       1', '  bcd   100'])
})

it('shortens numbers, and shows a dash for what is none', () => {
  expect([1234, 0.12345, 0.012345, NaN, null, undefined].map(short)).toEqual([
    ...['1234', '0.123', '0.0123', '–', '–', '–'],
  ])
  expect(minute(Date.UTC(2026, 10, 25, 14, 3, 59))).toBe('2026-11-25 14:03')
})
