import { type Access, OPEN, type RateLimits, rateLimits } from '@explore/edge'
import { ExploreError, type ExploreService } from '@explore/explore'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { Logger, Metrics } from '@explore/observe'
import fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { knowCallers } from './callers.ts'
import { refuseClient } from './client-error.ts'
import { documentOptions } from './document-options.ts'
import type { Edge } from './edge.ts'
import { jsonBody } from './json-body.ts'
import { refuseUnknownRoutes } from './method-not-allowed.ts'
import { sendProblem } from './problem.ts'
import { requestIds } from './request-ids.ts'
import { healthRoutes, metricsRoute, openapiRoute, routes, sharedSchemas } from './routes/index.ts'
import { tellOfRequests } from './telemetry.ts'
import { validatorCompiler } from './validate.ts'
import { webRoutes } from './web-routes.ts'

export interface RestOptions {
  /** The product's version, as the API's. */
  readonly version: string
  readonly now: () => number
  /** Who may call; without it, anyone. */
  readonly access?: Access
  /** How fast; without them, as the settings say, for this edge alone. */
  readonly limits?: RateLimits
  /** Largest body in bytes. */
  readonly bodyLimit?: number
  readonly timeouts?: typeof TIMEOUTS
  /** Folder of the viewer to serve at `/`. */
  readonly webRoot?: string
  /** Where requests are counted; served at /metrics. */
  readonly metrics?: Metrics
  /** Without them nothing is logged. */
  readonly logs?: Logger
}

/** Time for the headers, and for the whole request, to arrive: frees what a slow or broken client holds. */
export const TIMEOUTS = { headersMs: 10_000, requestMs: 30_000, lookMs: 2000 }
/** Connections at once; beyond, new ones are closed unread. */
const MAX_CONNECTIONS = 10_000

/** The REST edge: every operation of `service` under /v1, its document, its reference, its viewer. */
export const restServer = (service: ExploreService, options: RestOptions): Edge => {
  const ids = requestIds(options.now)
  const timeouts = options.timeouts ?? TIMEOUTS
  const edge: Edge = fastify({
    ...(options.logs === undefined
      ? { logger: false }
      : { loggerInstance: options.logs as FastifyBaseLogger }),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit ?? 8 * 1024 * 1024,
    requestTimeout: timeouts.requestMs,
    http: { headersTimeout: timeouts.headersMs, connectionsCheckingInterval: timeouts.lookMs },
    return503OnClosing: false,
    genReqId: ids.of,
    clientErrorHandler: refuseClient(ids.next),
    frameworkErrors: (error, request, reply) => void sendProblem(error, request, reply),
    // Longer ids than any route takes must reach the check that says so.
    routerOptions: { maxParamLength: 16_384 },
  })

  edge.server.maxConnections = MAX_CONNECTIONS

  tellOfRequests(edge, options)

  let closing = false
  edge.addHook('preClose', async () => {
    closing = true
  })
  edge.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
    if (closing) throw new ExploreError('SHUTTING_DOWN', 'this server is shutting down')
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding !== 'identity') {
      throw new ExploreError(
        'MEDIA_TYPE_UNSUPPORTED',
        `content-encoding ${encoding} is not taken`,
        {
          field: 'content-encoding',
          hint: 'send the body as it is, uncompressed',
        },
      )
    }
  })
  // A connection that stays open for more would keep a server that closes from its end.
  edge.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
  edge.setErrorHandler((error, request, reply) => sendProblem(error, request, reply))
  edge.setValidatorCompiler(validatorCompiler(sharedSchemas))
  edge.removeAllContentTypeParsers()
  edge.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => jsonBody(body),
  )
  refuseUnknownRoutes(edge)

  for (const schema of sharedSchemas) edge.addSchema(schema)
  edge.register(swagger, documentOptions(options.version))
  edge.decorateRequest('caller', undefined)
  // @ts-expect-error Each route that uses it stands behind the hook that sets it.
  edge.decorateRequest('service', undefined)
  const { access = OPEN, metrics, limits = rateLimits(service.settings, options.now) } = options
  edge.register(async scope => {
    knowCallers(scope as Edge, service, { access, limits })
    routes(scope as Edge)
    if (metrics !== undefined) metricsRoute(scope as Edge, metrics)
  })
  // Orchestrators and readers of the reference have no keys.
  edge.register(async scope => {
    healthRoutes(scope as Edge, service, options.version)
    openapiRoute(scope as Edge)
  })
  edge.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Without the top bar, which would load documents from elsewhere, and the badge of a public validator.
    uiConfig: { layout: 'BaseLayout', validatorUrl: null, tryItOutEnabled: true },
    theme: { title: 'Explore API' },
  })
  if (options.webRoot !== undefined) edge.register(webRoutes, { root: options.webRoot })
  return edge
}
