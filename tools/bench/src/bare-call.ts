import type { MethodDefinition } from '@grpc/grpc-js'

const unchanged = (bytes: Buffer): Buffer => bytes

/** A unary method whose messages are any bytes: what grpc-js costs by itself. */
export const BARE: MethodDefinition<Buffer, Buffer> = {
  path: '/bare/Call',
  requestStream: false,
  responseStream: false,
  requestSerialize: unchanged,
  requestDeserialize: unchanged,
  responseSerialize: unchanged,
  responseDeserialize: unchanged,
}

/** As ours: nobody looks at what channelz counts. */
export const BARE_OPTIONS = { 'grpc.enable_channelz': 0 }
