import { expect, test } from 'vitest'
import { parseInstant } from './parse-instant.ts'

test.each([
  [1_764_000_000_000, 1_764_000_000_000],
  ['2026-11-23', Date.UTC(2026, 10, 23)],
  ['2026-11-23T16:00Z', Date.UTC(2026, 10, 23, 16)],
  ['2026-11-23T16:00:01.5Z', Date.UTC(2026, 10, 23, 16, 0, 1, 500)],
  ['2026-11-23T16:00:00+02:00', Date.UTC(2026, 10, 23, 14)],
  ['2026-11-23T16:00:00-0530', Date.UTC(2026, 10, 23, 21, 30)],
  ['2024-02-29', Date.UTC(2024, 1, 29)],
])('%s is %i', (given, millis) => {
  expect(parseInstant(given, 'createdAt')).toBe(millis)
})

test.each([
  '2026-02-30',
  '2025-02-29T00:00Z',
  '2026-13-01',
  '2026-11-23T16:00:00',
  '2026-11-23T25:00Z',
  '23.11.2026',
  'yesterday!',
  '1764000000000',
  '1969-12-31T23:59:59Z',
])('%s is refused with the field named', given => {
  expect(() => parseInstant(given, '[2].createdAt')).toThrow(
    expect.objectContaining({ code: 'FIELD_INVALID', field: '[2].createdAt' }),
  )
})
