import { ExploreError, instantOf, type Millis } from '@explore/explore'
import { INSTANT_HINT } from './schemas/fields.ts'

/** Milliseconds of a time given in them or in ISO 8601; throws FIELD_INVALID with `field`. */
export const parseInstant = (value: number | string, field: string): Millis => {
  const millis = typeof value === 'number' ? value : instantOf(value)
  if (millis !== undefined && millis >= 0) return millis
  throw new ExploreError('FIELD_INVALID', `${field}: ${JSON.stringify(value)} is not a time`, {
    field,
    hint: INSTANT_HINT,
  })
}
