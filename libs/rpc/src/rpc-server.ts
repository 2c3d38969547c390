import { ExploreError } from '@explore/explore'
import { requestSpan, type RequestSpan } from '@explore/observe'
import type { Awaitable } from '@explore/pipeline'
import {
  type handleUnaryCall,
  logVerbosity,
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServerUnaryCall,
  setLogVerbosity,
} from '@grpc/grpc-js'
import type { PackageDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import { type Address, bind } from './bind.ts'
import { requestTime } from './request-time.ts'
import { statusOf } from './rpc-error.ts'
import { peerNames } from './tls/peer-names.ts'

// What the library would write to stderr it also raises, and there it has a code.
if (process.env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE)

/** The circumstances of one call. */
export interface ServedCall {
  /** Aborted when the caller has gone or the deadline has passed. */
  readonly signal: AbortSignal
  /** Milliseconds since the epoch; Infinity where the caller set none. */
  readonly deadline: number
  /** Milliseconds until then. */
  readonly left: number
  readonly metadata: Metadata
  /** The certificate's names of a caller by mTLS, its address otherwise. */
  readonly peer: string
}

export type Handler<Request = never, Response = object> = (
  request: Request,
  call: ServedCall,
) => Awaitable<Response>

/** A service and its methods by the names of the .proto: each takes one message and answers one. */
export interface ServedService {
  readonly definition: ServiceDefinition
  readonly handlers: Readonly<Record<string, Handler>>
}

export interface RpcServerOptions {
  /** For reflection: what was loaded of .proto files. */
  readonly protos: PackageDefinition
  readonly services: readonly ServedService[]
  /** Without: plain text, for loopback and for meshes that encrypt by themselves. */
  readonly credentials?: ServerCredentials
  /** Names of the certificates that may call, as `DNS:gateway`; none: all that `credentials` take. */
  readonly peers?: readonly string[]
  /** Whether calls get a span each, in their caller's trace; not where what they call does so. */
  readonly traced?: boolean
  /** Hears of each call: its method, the code that answered, and how long it took. */
  readonly called?: (method: string, code: string, ms: number) => void
  /** Any thrown value as an error of the catalogue; a bug is reported by it. */
  readonly errorOf: (thrown: unknown) => ExploreError
  readonly now: () => number
  /** Largest message either way. Default 4 MiB. */
  readonly maxMessageBytes?: number
  /** Milliseconds in which a call's message must be there. Without: as long as the connection lasts. */
  readonly requestMs?: number
}

export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024

/** Connections are given up now and then, so that callers find replicas that came later. */
const CONNECTION = {
  'grpc.max_connection_age_ms': 300_000,
  'grpc.max_connection_age_grace_ms': 30_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_concurrent_streams': 1024,
  'grpc.enable_channelz': 0,
}

/** A gRPC server with health and reflection; it says NOT_SERVING until `setServing(true)`. */
export const rpcServer = (options: RpcServerOptions) => {
  const { protos, services, credentials = ServerCredentials.createInsecure() } = options
  const most = options.maxMessageBytes ?? MAX_MESSAGE_BYTES
  const server = new Server({
    ...CONNECTION,
    'grpc.max_receive_message_length': most,
    'grpc.max_send_message_length': most,
    ...(options.requestMs !== undefined && { interceptors: [requestTime(options.requestMs)] }),
  })
  const names: string[] = ['']
  for (const { definition, handlers } of services) {
    const methods = Object.entries(definition)
    names.push(...new Set(methods.map(([, { path }]) => path.split('/')[1]!)))
    server.addService(
      definition,
      Object.fromEntries(methods.map(([name]) => [name, unary(name, handlers[name]!, options)])),
    )
  }
  const health = new HealthImplementation()
  const setServing = (serving: boolean): void => {
    for (const name of names) health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING')
  }
  setServing(false)
  health.addToServer(server)
  new ReflectionService(protos, { services: names.slice(1) }).addToServer(server)

  return {
    setServing,
    /** Listens, and resolves with the port: another than 0 where 0 was asked for. Throws PORT_IN_USE. */
    listen: (address: Address): Promise<number> => bind(server, address, credentials),
    /** Tells health checks, lets calls under way end for `grace` milliseconds, then ends them. */
    close: async (grace: number): Promise<void> => {
      setServing(false)
      const late = setTimeout(() => server.forceShutdown(), grace)
      await new Promise<void>(resolve => server.tryShutdown(() => resolve()))
      clearTimeout(late)
    },
  }
}

export type RpcServer = ReturnType<typeof rpcServer>

const unary =
  (
    name: string,
    handler: Handler,
    { errorOf, now, peers = [], traced = true, called }: RpcServerOptions,
  ): handleUnaryCall<unknown, object> =>
  (call, callback) => {
    const gone = new AbortController()
    let answered = false
    // A stream that closes after the answer says the same; an error with its stack is not for nothing.
    call.on('cancelled', () => {
      if (!answered) gone.abort(new DOMException('the caller has gone', 'AbortError'))
    })
    const work = async (): Promise<object> => {
      if (peers.length > 0) expectPeer(call, peers)
      const deadline = Number(call.getDeadline())
      const left = deadline - now()
      if (left <= 0) {
        throw new ExploreError('DEADLINE_EXCEEDED', 'the call came after its deadline')
      }
      const { metadata } = call
      return handler(call.request as never, {
        signal: gone.signal,
        deadline,
        left,
        metadata,
        peer: peerOf(call),
      })
    }
    const began = performance.now()
    const span = traced ? spanOf(call) : undefined
    const done = span === undefined ? work() : span.within(work)
    done.then(
      response => {
        answered = true
        span?.end({ code: 'OK', failed: false })
        called?.(name, 'OK', performance.now() - began)
        callback(null, response)
      },
      (thrown: unknown) => {
        answered = true
        const error = errorOf(thrown)
        span?.end({ code: error.code, failed: error.status >= 500 })
        called?.(name, error.code, performance.now() - began)
        callback(statusOf(error))
      },
    )
  }

const peerOf = (call: ServerUnaryCall<unknown, object>): string =>
  call.getAuthContext().sslPeerCertificate?.subjectaltname ?? call.getPeer()

/** Throws FORBIDDEN where the caller's certificate has none of `peers` among its names. */
const expectPeer = (call: ServerUnaryCall<unknown, object>, peers: readonly string[]): void => {
  const names = peerNames(call.getAuthContext().sslPeerCertificate?.subjectaltname)
  if (names.some(name => peers.includes(name))) return
  const who = names.length === 0 ? 'a caller without a name' : names.join(', ')
  throw new ExploreError('FORBIDDEN', `${who} may not call this service`, {
    hint: 'name the caller in EXPLORE_TLS_PEERS, or give it a certificate with another name',
  })
}

/** The span of a call, named as its method: `explore.v1.FirstStageService/Score`. */
const spanOf = (call: ServerUnaryCall<unknown, object>): RequestSpan =>
  requestSpan(call.getPath().slice(1), { get: name => String(call.metadata.get(name)[0] ?? '') })
