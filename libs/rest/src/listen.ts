import { ExploreError } from '@explore/explore'
import type { Edge } from './edge.ts'

/** Opens the port and returns the address; throws PORT_IN_USE where that cannot be. */
export const listen = async (
  edge: Edge,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<string> => {
  try {
    return await edge.listen({ host, port })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') {
      throw new ExploreError('PORT_IN_USE', `${host}:${port} is taken`, { field: 'port', cause })
    }
    if (code === 'EACCES') {
      throw new ExploreError('PORT_IN_USE', `this user may not open ${host}:${port}`, {
        field: 'port',
        cause,
      })
    }
    throw cause
  }
}
