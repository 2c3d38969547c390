import { Client, credentials as grpcCredentials } from '@grpc/grpc-js'
import { service } from 'grpc-health-check'
import { targetOf } from './rpc-client.ts'

export type ServiceHealth = 'serving' | 'not serving' | 'unreachable'

/** What the service at `grpc://host:port` says of itself by the standard health check, within `most` milliseconds. */
export const healthOf = (
  address: string,
  {
    most,
    wall,
    service: asked = '',
  }: { readonly most: number; readonly wall: () => number; readonly service?: string },
): Promise<ServiceHealth> => {
  const client = new Client(targetOf(address), grpcCredentials.createInsecure())
  const { path, requestSerialize, responseDeserialize } = service['Check']!
  return new Promise<ServiceHealth>(resolve =>
    client.makeUnaryRequest(
      ...([path, requestSerialize, responseDeserialize] as const),
      { service: asked },
      { deadline: wall() + most },
      (failed, answer) => {
        if (failed) resolve('unreachable')
        else
          resolve((answer as { status: string }).status === 'SERVING' ? 'serving' : 'not serving')
      },
    ),
  ).finally(() => client.close())
}
