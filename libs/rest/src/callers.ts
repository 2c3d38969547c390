import { type Access, type Caller, guarded, type RateLimits } from '@explore/edge'
import { ExploreError, type ExploreService } from '@explore/explore'
import type { Edge } from './edge.ts'
import { BEARER } from './document-options.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The service as the caller may use it. */
    service: ExploreService
    /** Whoever sent the request, once they are known. */
    caller: Caller | undefined
  }
}

/** Has every route of `edge` know its caller, and refuse one who is unknown or too fast. */
export const knowCallers = (
  edge: Edge,
  service: ExploreService,
  { access, limits }: { readonly access: Access; readonly limits: RateLimits },
): void => {
  // Keys come again and again: what a caller may use is made once.
  const known = new WeakMap<Caller, ExploreService>()
  const serviceFor = (caller: Caller): ExploreService => {
    const made = known.get(caller) ?? guarded(service, caller)
    known.set(caller, made)
    return made
  }
  edge.addHook('onRoute', ({ schema }) => {
    if (schema !== undefined) schema.security = [{ [BEARER]: [] }]
  })
  edge.addHook('onRequest', async (request, reply) => {
    try {
      const caller = await access.callerOf(request.headers.authorization)
      request.caller = caller
      limits.take(caller)
      request.service = serviceFor(caller)
    } catch (error) {
      if (error instanceof ExploreError && error.status === 401) {
        reply.header('www-authenticate', 'Bearer realm="explore"')
      }
      throw error
    }
  })
}
