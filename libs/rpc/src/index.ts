export { loadProtos, messageOf, serviceOf } from './protos.ts'
export { type CallOptions, type RpcClient, rpcClient, type RpcClientOptions } from './rpc-client.ts'
export { errorOfStatus, grpcCodeOf, statusOf } from './rpc-error.ts'
export {
  type Handler,
  MAX_MESSAGE_BYTES,
  type RpcServer,
  rpcServer,
  type RpcServerOptions,
  type ServedCall,
  type ServedService,
} from './rpc-server.ts'
export { type MutualTls, mutualTls, mutualTlsOf } from './tls/mutual-tls.ts'
