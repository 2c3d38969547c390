import { ExploreError, type Millis } from '@explore/explore'
import { INSTANT_HINT, ISO_8601 } from './schemas/fields.ts'

const iso8601 = new RegExp(ISO_8601)

/** Milliseconds of a time given in them or in ISO 8601; throws FIELD_INVALID with `field`. */
export const parseInstant = (value: number | string, field: string): Millis => {
  if (typeof value === 'number') return value
  const day = value.slice(0, 10)
  // Date.parse takes 30 February for 1 or 2 March: the day must survive the way there and back.
  if (iso8601.test(value) && startOf(day) === day) {
    const millis = Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
    if (millis >= 0) return millis
  }
  throw new ExploreError('FIELD_INVALID', `${field}: ${JSON.stringify(value)} is not a time`, {
    field,
    hint: INSTANT_HINT,
  })
}

const startOf = (day: string): string | undefined => {
  const millis = Date.parse(day)
  return Number.isNaN(millis) ? undefined : new Date(millis).toISOString().slice(0, 10)
}
