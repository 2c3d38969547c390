import { createServer } from 'node:net'
import { ExploreError } from '@explore/explore'

/** Throws PORT_IN_USE where `serve` would: now, and not after minutes of preparation. */
export const expectPortFree = (address: {
  readonly host: string
  readonly port: number
}): Promise<void> =>
  new Promise((resolve, reject) => {
    const { host, port } = address
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is taken' : `can't be listened on (${cause.code})`
      const message = `${host}:${port} ${why}`
      reject(new ExploreError('PORT_IN_USE', message, { field: 'port', cause }))
    })
    probe.listen({ host, port }, () => probe.close(() => resolve()))
  })
