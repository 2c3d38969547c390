import { ERRORS, type ErrorCode, ExploreError } from '@explore/explore'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

export const PROBLEM_TYPE = 'application/problem+json'

/** An error on the wire, RFC 9457 with the catalogue's code, the field at fault and what to do next. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly field?: string
  readonly detail: string
  readonly hint: string
  /** The HTTP exchange's id, as in the header x-request-id and in the server's log. */
  readonly requestId: string
}

export const problemOf = (error: ExploreError, requestId: string): Problem => ({
  type: `urn:explore:error:${error.code}`,
  title: titleOf(error.code),
  status: error.status,
  code: error.code,
  ...(error.field !== undefined && { field: error.field }),
  detail: error.message,
  hint: error.hint,
  requestId,
})

/** `LIMIT_INVALID` → `Limit invalid`. */
const titleOf = (code: ErrorCode): string => {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words[0]!.toUpperCase() + words.slice(1)
}

/** The framework's refusals, by its codes: ours, what to say, and the field at fault. */
const FRAMEWORK: Readonly<Record<string, readonly [ErrorCode, string, string?]>> = {
  FST_ERR_BAD_URL: ['FIELD_INVALID', 'the path is not valid percent-encoded UTF-8', 'url'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'the body is larger than this server takes'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'BODY_MALFORMED',
    'the body is not as long as content-length says',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'MEDIA_TYPE_UNSUPPORTED',
    'the body is not declared as JSON',
    'content-type',
  ],
}

/** Any thrown value as an error of the catalogue; one that nobody foresaw tells nothing of itself. */
const exploreErrorOf = (thrown: unknown): ExploreError => {
  if (thrown instanceof ExploreError) return thrown
  const { code, statusCode, message } = (thrown ?? {}) as Partial<FastifyError>
  const known = FRAMEWORK[code ?? '']
  if (known !== undefined) return new ExploreError(known[0], known[1], { field: known[2] })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ExploreError('REQUEST_MALFORMED', message ?? 'refused', { cause: thrown })
  }
  return new ExploreError('INTERNAL', 'the request failed', { cause: thrown })
}

/** Refusals for load, rate or shutdown: nothing that an operator must see one by one. */
const LATER: readonly ErrorCode[] = ['OVERLOADED', 'RATE_LIMITED', 'SHUTTING_DOWN']

/** After how many seconds such a refusal may be tried again, where it does not say. */
const retryAfter = ({ retryAfterMs = 1000 }: ExploreError): string =>
  String(Math.max(1, Math.ceil(retryAfterMs / 1000)))

/** Answers with the problem and `more` members, and logs what the operator should know of. */
export const sendProblem = (
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  more: { readonly status?: number } = {},
): FastifyReply => {
  const error = exploreErrorOf(thrown)
  request.outcome = error.code
  if (LATER.includes(error.code)) {
    reply.header('retry-after', retryAfter(error))
  } else if (error.status >= 500) {
    request.log.error({ err: error.cause ?? error, code: error.code }, error.message)
  }
  // Fastify closes the connection on a client that is still sending: it would never read why.
  if (error.code === 'BODY_TOO_LARGE') {
    reply.removeHeader('connection')
    request.raw.resume()
  }
  return reply
    .code(more.status ?? error.status)
    .headers({ 'x-request-id': request.id, 'cache-control': 'no-store' })
    .type(PROBLEM_TYPE)
    .send({ ...problemOf(error, request.id), ...more })
}

/** What a client makes of a reply that is not what it asked for. */
export const errorOfProblem = (body: unknown): ExploreError | undefined => {
  const { code, detail, field, hint } = (body ?? {}) as Partial<Problem>
  if (typeof code !== 'string' || typeof detail !== 'string') return undefined
  // A newer server may know more codes; its words still help.
  const known = Object.hasOwn(ERRORS, code) ? code : 'INTERNAL'
  return new ExploreError(known, detail, { field, hint })
}
