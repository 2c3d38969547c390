import { ExploreError } from '@explore/explore'
import { type Edge, errorOfProblem, VIA_GRPC } from '@explore/rest'
import { type Handler, withDetail } from '@explore/rpc'
import { RECEIPT, receiptDetail } from './explore-protos.ts'
import type { Method } from './methods.ts'

/** Metadata that REST knows as headers. */
const HEADERS = ['authorization', 'traceparent', 'tracestate', 'x-request-id']

/**
 * Answers a method by its route: whatever guards, validates, limits, counts and logs the one does the other. The route
 * is asked in this process, without a socket.
 */
export const transcoded =
  (edge: Edge, { exchange, answer }: Method): Handler<unknown> =>
  async (message, { metadata }) => {
    const { method, url, body } = exchange(message as never)
    const headers: Record<string, string> = {}
    for (const name of HEADERS) {
      const [value] = metadata.get(name)
      if (typeof value === 'string') headers[name] = value
    }
    const reply = await edge.inject({
      ...{ method, url, headers, remoteAddress: VIA_GRPC },
      ...(body !== undefined && { payload: body as object }),
    })
    const answered = reply.body === '' ? {} : reply.json()
    const failed = reply.statusCode >= 400 ? errorOfProblem(answered) : undefined
    if (failed === undefined) return answer(answered as never)
    const seconds = Number(reply.headers['retry-after'])
    const error = new ExploreError(failed.code, failed.message, {
      ...{ field: failed.field, hint: failed.hint, cause: failed },
      ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
    })
    // A batch of which no row was taken says of each row why.
    if (!('verdicts' in answered)) throw error
    throw withDetail(error, RECEIPT, receiptDetail(answered))
  }
