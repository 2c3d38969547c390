export { bind } from './bind.ts'
export { bytesOf, type ColumnReader, columnReader } from './columns.ts'
export { healthOf, type ServiceHealth } from './health-of.ts'
export { type HealthPort, healthPort } from './health-port.ts'
export { loadProtos, messageOf, serviceOf } from './protos.ts'
export { type CallOptions, type RpcClient, rpcClient, type RpcClientOptions } from './rpc-client.ts'
export { detailOf, errorOfStatus, grpcCodeOf, statusOf, withDetail } from './rpc-error.ts'
export {
  type Handler,
  MAX_MESSAGE_BYTES,
  type RpcServer,
  rpcServer,
  type RpcServerOptions,
  type ServedCall,
  type ServedService,
} from './rpc-server.ts'
export { annService, remoteSearch, type Shards } from './stages/ann-index.ts'
export { firstStageService, remoteFirstStage } from './stages/first-stage.ts'
export { bundleService, type Hosted, type StageHost } from './stages/host.ts'
export { type Caller, type StageLink, stageLink } from './stages/link.ts'
export { type StageCallMessage, type StageName, stageProtos, STAGES } from './stages/messages.ts'
export { noticing } from './stages/refused-bundle.ts'
export { remoteRetrieval, retrievalService } from './stages/retrieval-sources.ts'
export { remoteSecondStage, secondStageService } from './stages/second-stage.ts'
export { remoteReranking, rerankService } from './stages/value-model-rerank.ts'
export { type MutualTls, mutualTls, mutualTlsOf } from './tls/mutual-tls.ts'
export { type WireView, wireView } from './wire/wire-view.ts'
