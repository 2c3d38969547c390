import { ID_PATTERN } from '@explore/explore'
import { Type, type Static, type TSchema } from '@sinclair/typebox'

/*
 * Two keywords tell how a refused field reads: `x-error`, the code of the catalogue (else
 * FIELD_INVALID), and `x-hint`, what to send instead where that says more than the code's hint.
 */

/** The product's ids, less `.` and `..`, which no HTTP client can put into a path. */
const EDGE_ID_PATTERN = ID_PATTERN.replace('^', '^(?!\\.{1,2}$)')

export const id = (description: string, example: string) =>
  Type.String({
    description,
    pattern: EDGE_ID_PATTERN,
    examples: [example],
    'x-error': 'ID_INVALID',
  })

/** Free text of whole characters, none of them a control character. */
export const text = (maxLength: number, description?: string) =>
  Type.String({
    minLength: 1,
    maxLength,
    pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])*$',
    'x-hint': `text of 1 to ${maxLength} characters, no control characters`,
    ...(description !== undefined && { description }),
  })

/** The last millisecond of the year 9999: catches microseconds and nanoseconds. */
const LAST_MILLIS = 253_402_300_799_999

export const millis = (description: string) =>
  Type.Integer({ description, minimum: 0, maximum: LAST_MILLIS, examples: [1_764_000_000_000] })

/** A time of a request; `parseInstant` makes it milliseconds. */
export const instant = (description: string) =>
  Type.Union(
    [
      Type.Integer({ minimum: 0, maximum: LAST_MILLIS }),
      Type.String({ minLength: 10, maxLength: 40, examples: ['2026-11-23T16:00:00Z'] }),
    ],
    { description, 'x-hint': INSTANT_HINT },
  )

export const INSTANT_HINT = 'milliseconds since 1970, or ISO 8601 with a zone: 2026-11-23T16:00:00Z'

export const limit = (maximum: number, description: string) =>
  Type.Integer({
    description,
    minimum: 1,
    maximum,
    'x-error': 'LIMIT_INVALID',
    'x-hint': `limit is a whole number from 1 to ${maximum}`,
  })

/** Free categorical facts; the names can be named by a setting, so they are kept plain. */
export const attributes = (description: string, example: Readonly<Record<string, string>>) =>
  Type.Record(Type.String({ pattern: '^[A-Za-z0-9_.-]{1,64}$' }), text(128), {
    description,
    additionalProperties: false,
    maxProperties: 32,
    examples: [example],
    'x-hint': 'up to 32 names of A-Z a-z 0-9 _ . - with a text of 1 to 128 characters each',
  })

/** `T` or null as one type list, which the serializer writes without trying alternatives. */
export const nullable = <T extends 'string' | 'number'>(type: T, description: string) =>
  Type.Unsafe<(T extends 'string' ? string : number) | null>({ type: [type, 'null'], description })

/** One of a closed list of words. */
export const word = <const T extends string>(words: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], description })

/** A shared schema by its name, with its static type. */
export const named = <T extends TSchema>(schema: T): T =>
  Type.Ref(schema.$id as string) as unknown as T

/** One page of a list: the records under `key`, and where it goes on. */
export const listOf = <T extends TSchema>(key: string, record: T, name: string) =>
  Type.Object(
    {
      [key]: Type.Array(named(record)),
      next: nullable('string', 'Send it as `after` to go on; null at the end.'),
    },
    { $id: name },
  )

/** Read-only all the way down, as the contracts of @explore/explore are. */
export type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

export type Of<S extends TSchema> = Frozen<Static<S>>
