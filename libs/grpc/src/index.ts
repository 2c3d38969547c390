export { exploreDefinition, grpcEdge } from './grpc-edge.ts'
