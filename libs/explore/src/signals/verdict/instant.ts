import type { Millis } from '../../types.ts'

const ISO_8601 =
  /^(\d{4}-\d\d-\d\d)(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d))?$/

/** A day or an instant with its zone in ISO 8601, as milliseconds; undefined for anything else. */
export const instantOf = (text: string): Millis | undefined => {
  const day = ISO_8601.exec(text)?.[1]
  // Date.parse takes 30 February for 1 or 2 March: the day must survive the way there and back.
  if (day === undefined || !startsOn(day)) return undefined
  return Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
}

const startsOn = (day: string): boolean => {
  const millis = Date.parse(day)
  return !Number.isNaN(millis) && new Date(millis).toISOString().startsWith(day)
}
