import { ExploreError } from '@explore/explore'
import type { Server, ServerCredentials } from '@grpc/grpc-js'

export interface Address {
  readonly host: string
  readonly port: number
}

/** Has a server listen, and resolves with the port: another than 0 where 0 was asked for. Throws PORT_IN_USE. */
export const bind = (
  server: Server,
  { host, port }: Address,
  credentials: ServerCredentials,
): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, credentials, (cause, bound) => {
      if (cause === null) return resolve(bound)
      const message = `${host}:${port} can't be listened on: ${cause.message}`
      reject(new ExploreError('PORT_IN_USE', message, { field: 'port', cause }))
    })
  })
