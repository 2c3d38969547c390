export { exploreDefinition } from './explore-protos.ts'
export { grpcEdge } from './grpc-edge.ts'
