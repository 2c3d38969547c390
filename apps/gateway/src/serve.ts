import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { accessOf, admitted, rateLimits } from '@explore/edge'
import { embeddedService, type Home } from '@explore/embedded'
import type { ExploreError, ExploreService } from '@explore/explore'
import {
  collectVitals,
  type Logger,
  logsOf,
  metricsOf,
  observed,
  startTracing,
} from '@explore/observe'
import { pagesOf } from '@explore/fleet'
import { grpcEdge } from '@explore/grpc'
import { type HealthPort, healthPort } from '@explore/rpc'
import { listen, restServer } from '@explore/rest'

export interface GatewayOptions {
  readonly host: string
  readonly port: number
  /** Of the gRPC edge; without it there is none. */
  readonly grpcPort?: number | undefined
  /** Page threads; one per core where unset. */
  readonly threads?: number | undefined
}

export interface Gateway {
  readonly service: ExploreService
  readonly url: string
  /** Of the gRPC edge, where there is one. */
  readonly grpcUrl?: string | undefined
  /** Stops taking requests, finishes those under way, closes the stores. */
  readonly close: () => Promise<void>
}

/** Calls of gRPC that are under way may take so long to end. */
const DRAIN = 10_000

const WEB_ROOT = fileURLToPath(new URL('../../web/public', import.meta.url))

const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version

/** The public edges and the viewer over a home, with the stages that the environment names elsewhere. */
export const serve = async (
  home: Home,
  { host, port, grpcPort, threads }: GatewayOptions,
): Promise<Gateway> => {
  const logs = logsOf('gateway', process.env.EXPLORE_LOG)
  const access = accessFor(home, host, logs)
  const endTracing = await startTracing('explore-gateway', process.env)
  const embedded = await embeddedService(home, {
    wall: Date.now,
    ahead: true,
    follow: true,
    ...(threads !== undefined && { threads }),
    pages: pagesOf(process.env, Date.now, problem => problem && tell(logs, problem)),
    onError: error => tell(logs, error),
  })
  const now = (): number => performance.now()
  const metrics = metricsOf('gateway')
  const service = admitted(observed(embedded, metrics, now), now)
  collectVitals(metrics, { ...embedded, pages: service.pages }, Date.now)
  const limits = rateLimits(service.settings, Date.now)
  const edge = restServer(service, {
    version: VERSION,
    now: Date.now,
    ...{ access, limits, metrics, logs, webRoot: WEB_ROOT },
  })
  let health: HealthPort | undefined
  const grpc = grpcPort === undefined ? undefined : grpcEdge(edge, { now: Date.now })
  const close = async (): Promise<void> => {
    health?.drain()
    await grpc?.close(DRAIN)
    await edge.close()
    await embedded.close()
    await endTracing()
    metrics.close()
    health?.close()
  }
  try {
    health = await healthPort(process.env, host)
    await embedded.warm()
    const url = await listen(edge, { host, port })
    await health.follow(async () => (await embedded.health()).ready)
    if (grpc === undefined) return { service, url, close }
    const bound = await grpc.listen({ host, port: grpcPort! })
    grpc.setServing(true)
    return { service, url, grpcUrl: `grpc://${host}:${bound}`, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Who may call. Where anyone may who reaches the machine, that is said. */
const accessFor = (home: Home, host: string, logs: Logger) => {
  const access = accessOf({
    ...{ environment: process.env, keysFile: home.keys, now: Date.now },
    tell: problem => problem && tell(logs, problem),
  })
  const own = host === 'localhost' || host === '::1' || host.startsWith('127.')
  if (!access.enforced && !own) {
    console.error(`explore: no keys: whoever reaches ${host} may read and change everything`)
  }
  return access
}

const tell = (logs: Logger, { code, message }: ExploreError): void => logs.error({ code }, message)
