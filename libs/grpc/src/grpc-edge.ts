import { ExploreError } from '@explore/explore'
import { type Edge, TIMEOUTS } from '@explore/rest'
import { type RpcServer, rpcServer, type RpcServerOptions } from '@explore/rpc'
import { exploreDefinition, exploreProtos } from './explore-protos.ts'
import { METHODS } from './methods.ts'
import { transcoded } from './transcode.ts'

/** The gRPC edge, explore.v1.Explore: every method is a route of `edge`, which must be ready. */
export const grpcEdge = (
  edge: Edge,
  options: Pick<RpcServerOptions, 'credentials' | 'now' | 'maxMessageBytes'>,
): RpcServer =>
  rpcServer({
    ...options,
    requestMs: TIMEOUTS.requestMs,
    traced: false,
    protos: exploreProtos,
    services: [
      {
        definition: exploreDefinition,
        handlers: Object.fromEntries(
          Object.entries(METHODS).map(([name, method]) => [name, transcoded(edge, method)]),
        ),
      },
    ],
    errorOf: thrown => {
      if (thrown instanceof ExploreError) return thrown
      edge.log.error({ err: thrown }, 'a call failed')
      return new ExploreError('INTERNAL', 'the request failed', { cause: thrown })
    },
  })
