import { type ErrorCode, ExploreError } from '@explore/explore'
import type { ConnectionError } from 'fastify'
import type { Socket } from 'node:net'
import { STATUS_CODES } from 'node:http'
import { PROBLEM_TYPE, problemOf } from './problem.ts'

const REFUSALS: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'the URL and headers are larger than 16 KiB'],
}

/** Answers what never became a request, with a problem written to the bare socket. */
export const refuseClient =
  (nextId: () => string) =>
  (error: ConnectionError, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const [code, message] = REFUSALS[error.code] ?? [
      'REQUEST_MALFORMED',
      'this is not a request of HTTP/1.1',
    ]
    const requestId = nextId()
    const problem = problemOf(new ExploreError(code, message), requestId)
    const body = JSON.stringify(problem)
    socket.end(
      [
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
        `content-type: ${PROBLEM_TYPE}`,
        `content-length: ${Buffer.byteLength(body)}`,
        `x-request-id: ${requestId}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    )
  }
