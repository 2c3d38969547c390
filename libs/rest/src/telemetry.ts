import { type Logger, type Metrics, requestSpan, type RequestSpan } from '@explore/observe'
import type { Edge } from './edge.ts'

declare module 'fastify' {
  interface FastifyRequest {
    span: RequestSpan
    /** Code of the answer: OK, or that of the error. */
    outcome: string
  }
  interface FastifyContextConfig {
    /** Whether so frequent and so cheap that a line in the log would only be in the way. */
    readonly quiet?: boolean
  }
}

export interface Telemetry {
  readonly metrics?: Metrics | undefined
  readonly logs?: Logger | undefined
}

/** In the place of the address of a request that came by gRPC; no socket has such an address. */
export const VIA_GRPC = 'grpc'

/** What a request asks for where no route knows. */
const NO_OPERATION = 'none'

/** Has each request counted, traced and logged, by operation and outcome; never by what it asked for, or for whom. */
export const tellOfRequests = (edge: Edge, { metrics, logs }: Telemetry): void => {
  // @ts-expect-error The first hook sets it.
  edge.decorateRequest('span', undefined)
  edge.decorateRequest('outcome', 'OK')
  edge.addHook('onRequest', async request => {
    const { headers } = request
    request.span = requestSpan(operationOf(request), {
      get: name => [headers[name]].flat()[0],
    })
  })
  edge.addHook('preHandler', (request, _reply, done) => request.span.within(done))
  edge.addHook('onResponse', async (request, reply) => {
    const { span, outcome: code } = request
    const operation = operationOf(request)
    const edge = request.socket.remoteAddress === VIA_GRPC ? 'grpc' : 'rest'
    const ms = reply.elapsedTime
    span.end({ code, failed: reply.statusCode >= 500 })
    metrics?.count('explore_requests_total', { edge, operation, code })
    metrics?.observe('explore_request_seconds', { edge, operation }, ms / 1000)
    if (request.routeOptions.config.quiet) return
    logs?.info({
      ...{ reqId: request.id, edge, operation, status: reply.statusCode, code },
      ...{ ms: Math.round(ms * 100) / 100, caller: request.caller?.name },
      ...(span.traceId !== '' && { traceId: span.traceId }),
    })
  })
}

const operationOf = (request: {
  readonly routeOptions: { readonly schema?: { readonly operationId?: string } }
}): string => request.routeOptions.schema?.operationId ?? NO_OPERATION
