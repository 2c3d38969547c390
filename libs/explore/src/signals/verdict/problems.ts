import { type ErrorCode, ERRORS } from '../../errors.ts'
import { type Event, ID_PATTERN } from '../../types.ts'
import type { Verdict } from '../../api.ts'

const ID = new RegExp(ID_PATTERN)
const MAX_TEXT = 64
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/

export type Rejection = Extract<Verdict, { readonly status: 'rejected' }>

/** Why a row is no event; undefined where a field is right. */
export type Problem = { readonly verdict: Rejection } | undefined

export const rejected = (
  code: ErrorCode,
  field: keyof Event | undefined,
  message: string,
  hint: string = ERRORS[code][1],
): { readonly verdict: Rejection } => ({
  verdict: { status: 'rejected', code, ...(field && { field }), message, hint },
})

export const idProblem = (field: keyof Event, value: unknown, required: boolean): Problem => {
  if (value === undefined && !required) return undefined
  if (typeof value === 'string' && ID.test(value)) return undefined
  return value === undefined
    ? rejected('FIELD_INVALID', field, `${field} is missing`)
    : rejected('ID_INVALID', field, `${field} is not an id: ${shown(value)}`)
}

export const textProblem = (field: keyof Event, value: unknown): Problem => {
  if (value === undefined) return undefined
  const fits = typeof value === 'string' && value.length > 0 && value.length <= MAX_TEXT
  if (fits && !CONTROL.test(value) && value.isWellFormed()) return undefined
  return rejected(
    'FIELD_INVALID',
    field,
    `${field} is not a text of 1 to ${MAX_TEXT} characters without control characters`,
  )
}

export const numberProblem = (
  field: keyof Event,
  value: unknown,
  max: number,
  whole: boolean,
): Problem => {
  if (value === undefined) return undefined
  const fits = typeof value === 'number' && value >= 0 && value <= max
  if (fits && (!whole || Number.isInteger(value))) return undefined
  return rejected(
    'FIELD_INVALID',
    field,
    `${field} is not a ${whole ? 'whole ' : ''}number from 0 to ${max}`,
  )
}

/** A value in a message: short, whatever it is. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_TEXT))
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : `a ${typeof value}`
}
