import { expect, test } from 'vitest'
import { parseInstant } from './parse-instant.ts'

test.each([
  [1_764_000_000_000, 1_764_000_000_000],
  ['2026-11-23', Date.UTC(2026, 10, 23)],
  ['2026-11-23T16:00:00+02:00', Date.UTC(2026, 10, 23, 14)],
])('%s is %i', (given, millis) => {
  expect(parseInstant(given, 'createdAt')).toBe(millis)
})

test.each(['2026-02-30', '2026-11-23T16:00:00', 'yesterday!', '1764000000000', '1969-12-31'])(
  '%s is refused with the field named',
  given => {
    expect(() => parseInstant(given, '[2].createdAt')).toThrow(
      expect.objectContaining({ code: 'FIELD_INVALID', field: '[2].createdAt' }),
    )
  },
)
