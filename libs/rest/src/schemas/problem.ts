import { ERRORS, type ErrorCode, ExploreError } from '@explore/explore'
import { type TSchema, Type } from '@sinclair/typebox'
import { PROBLEM_TYPE, problemOf } from '../problem.ts'
import { receipt } from './event.ts'
import { named } from './fields.ts'

const problem = {
  type: Type.String({ description: 'urn:explore:error:CODE' }),
  title: Type.String({ description: 'The code in words.' }),
  status: Type.Integer({ description: 'The HTTP status.' }),
  code: Type.String({ description: 'Stable; never reused.' }),
  field: Type.Optional(Type.String({ description: 'The field at fault: `limit`, `[3].author`.' })),
  detail: Type.String({ description: 'What is wrong with this request.' }),
  hint: Type.String({ description: 'What to do next.' }),
  requestId: Type.String({ description: 'As in the header x-request-id; named by the log.' }),
}

export const problemSchema = Type.Object(problem, { $id: 'Problem' })

/** The refusal of a batch: the first row's problem, and each row's verdict where rows were read. */
export const batchProblemSchema = Type.Object(
  { ...problem, ...Type.Partial(Type.Object(receipt)).properties },
  { $id: 'BatchProblem' },
)

/** Codes that any route can answer with. */
const EVERYWHERE: readonly ErrorCode[] = ['FIELD_INVALID', 'INTERNAL', 'SHUTTING_DOWN']

/** Codes of what reached no route. */
export const NOWHERE: readonly ErrorCode[] = [
  'ROUTE_UNKNOWN',
  'METHOD_NOT_ALLOWED',
  'REQUEST_MALFORMED',
  'REQUEST_TIMEOUT',
  'HEADERS_TOO_LARGE',
]

/** Codes of a route that asks who calls. */
export const CALLER: readonly ErrorCode[] = [
  ...(['UNAUTHENTICATED', 'TOKEN_INVALID', 'JWKS_UNREACHABLE'] as const),
  ...(['FORBIDDEN', 'RATE_LIMITED'] as const),
]

/** Codes of a route whose operation reads or writes the state. */
export const STATE: readonly ErrorCode[] = ['OVERLOADED', 'STATE_BROKEN', 'STATE_NEWER']

/** Codes of a route that takes a body. */
export const BODY: readonly ErrorCode[] = [
  'BODY_MALFORMED',
  'BODY_TOO_LARGE',
  'MEDIA_TYPE_UNSUPPORTED',
]

const RETRY: readonly ErrorCode[] = ['SHUTTING_DOWN', 'RATE_LIMITED']

interface Refusal {
  readonly description: string
  readonly content: Readonly<Record<string, object>>
}

/** The `response` entries of a route's refusals: by status, with an example for each code. */
export const refusals = (
  codes: readonly ErrorCode[],
  schema: TSchema = problemSchema,
): Record<number, Refusal> => {
  const byStatus = Map.groupBy(new Set([...codes, ...EVERYWHERE]), code => ERRORS[code][0])
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map(describedCode).join('\n\n'),
        ...(group.some(code => RETRY.includes(code)) && {
          headers: { 'retry-after': { type: 'integer', description: 'Seconds to wait.' } },
        }),
        content: {
          [PROBLEM_TYPE]: {
            schema: named(status === 400 ? schema : problemSchema),
            examples: Object.fromEntries(group.map(code => [code, { value: exampleOf(code) }])),
          },
        },
      },
    ]),
  )
}

/** A code as the document speaks of it. */
export const describedCode = (code: ErrorCode): string => `${code}: ${ERRORS[code][1]}.`

const exampleOf = (code: ErrorCode) =>
  problemOf(new ExploreError(code, 'what is wrong with this request'), 'mi3w8k00-1')

/** A route's successful `response` entry. */
export const answer = (schema: TSchema, description: string) => ({
  description,
  content: { 'application/json': { schema: named(schema) } },
})
