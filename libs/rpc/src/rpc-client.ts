import { isIPv4 } from 'node:net'
import { ExploreError } from '@explore/explore'
import { injectTrace } from '@explore/observe'
import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  credentials as grpcCredentials,
  Metadata,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { errorOfStatus } from './rpc-error.ts'
import { MAX_MESSAGE_BYTES } from './rpc-server.ts'

export interface CallOptions {
  /** Ends the call when it is aborted, with the signal's reason. */
  readonly signal?: AbortSignal
  /** Milliseconds since the epoch: the callee is told, and gives up too. */
  readonly deadline: number
  readonly metadata?: Readonly<Record<string, string>>
}

export interface RpcClientOptions {
  /** Without: plain text. */
  readonly credentials?: ChannelCredentials
  readonly maxMessageBytes?: number
}

/**
 * Requests go round the replicas, and past those that fail far more than the others. What no replica has seen is sent
 * once more, as long as the budget lasts: a token for each success, ten for a failure.
 */
const SERVICE_CONFIG = JSON.stringify({
  loadBalancingConfig: [
    {
      outlier_detection: {
        interval: '1s',
        baseEjectionTime: '2s',
        maxEjectionTime: '4s',
        failurePercentageEjection: { threshold: 50, minimumHosts: 2, requestVolume: 10 },
        childPolicy: [{ round_robin: {} }],
      },
    },
  ],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 2,
        initialBackoff: '0.005s',
        maxBackoff: '0.02s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
  retryThrottling: { maxTokens: 100, tokenRatio: 0.1 },
})

const CHANNEL: ChannelOptions = {
  'grpc.service_config': SERVICE_CONFIG,
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.dns_min_time_between_resolutions_ms': 5000,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 3000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.enable_channelz': 0,
}

/** A channel to the replicas of one service at `grpc://host:port` or `grpc://ip:port,ip:port`. */
export const rpcClient = (
  definition: ServiceDefinition,
  address: string,
  options: RpcClientOptions = {},
) => {
  const { credentials = grpcCredentials.createInsecure(), maxMessageBytes = MAX_MESSAGE_BYTES } =
    options
  const client = new Client(targetOf(address), credentials, {
    ...CHANNEL,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.max_send_message_length': maxMessageBytes,
  })

  return {
    address,
    /** One message for one; rejects with an error of the catalogue, or the signal's reason. */
    call: <Response>(method: string, request: object, call: CallOptions): Promise<Response> => {
      const { signal, deadline } = call
      const { path, requestSerialize, responseDeserialize } = definition[method]!
      const metadata = new Metadata()
      for (const [key, value] of Object.entries(call.metadata ?? {})) metadata.set(key, value)
      injectTrace({ set: (name, value) => metadata.set(name, value) })
      return new Promise<Response>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const abort = (): void => {
          reject(signal!.reason)
          running.cancel()
        }
        const running = withoutStack(() =>
          client.makeUnaryRequest(
            path,
            requestSerialize,
            responseDeserialize,
            request,
            metadata,
            deadline === Infinity ? {} : { deadline },
            (failed, response) => {
              signal?.removeEventListener('abort', abort)
              if (failed === null) return resolve(response as Response)
              if (failed.code === status.CANCELLED && signal?.aborted) return
              reject(errorOfStatus(failed))
            },
          ),
        )
        signal?.addEventListener('abort', abort, { once: true })
      })
    },
    close: (): void => client.close(),
  }
}

/** The library writes down who called, at every call, should it fail: of a gateway's CPU one part in twenty. */
const withoutStack = <T>(call: () => T): T => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return call()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

export type RpcClient = ReturnType<typeof rpcClient>

/** Names are left to DNS, where a headless service has all replicas; addresses may be several. */
export const targetOf = (address: string): string => {
  const hosts = /^grpc:\/\/([^/?#]+)\/?$/.exec(address)?.[1]?.split(',') ?? []
  const numeric = hosts.every(host => isIPv4(host.replace(/:\d+$/, '')))
  const sound = hosts.length > 0 && hosts.every(host => /^[\w.-]+:\d{1,5}$/.test(host))
  if (!sound || (hosts.length > 1 && !numeric)) {
    throw new ExploreError('SETTING_INVALID', `${address} is no address of a service`, {
      hint: 'write grpc://host:port, or grpc://ip:port,ip:port for several replicas',
    })
  }
  return numeric ? `ipv4:${hosts.join(',')}` : `dns:///${hosts[0]}`
}
