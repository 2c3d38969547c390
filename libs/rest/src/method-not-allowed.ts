import { ExploreError } from '@explore/explore'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Edge } from './edge.ts'
import { sendProblem } from './problem.ts'

/**
 * Tells an unknown route (404) from a known one that lacks the method (405, with Allow).
 * To be called before the routes are added: it learns of them as they come.
 */
export const refuseUnknownRoutes = (edge: Edge): void => {
  const methods = new Map<string, Set<string>>()
  edge.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set()
    methods.set(url, known)
    for (const each of [method].flat()) known.add(each)
  })

  const patterns: [RegExp, ReadonlySet<string>][] = []
  edge.addHook('onReady', async () => {
    for (const [url, known] of methods) patterns.push([patternOf(url), known])
  })

  edge.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0]!
    const known = patterns.find(([pattern]) => pattern.test(path))?.[1]
    // A route that has the method and still found nothing serves files, and lacks this one.
    if (known === undefined || known.has(request.method)) {
      const error = new ExploreError('ROUTE_UNKNOWN', `there is nothing at ${path.slice(0, 200)}`)
      return sendProblem(error, request, reply)
    }
    const allow = [...known].sort().join(', ')
    const error = new ExploreError(
      'METHOD_NOT_ALLOWED',
      `${request.method} is not for this route; it takes ${allow}`,
    )
    return sendProblem(error, request, reply.header('allow', allow))
  })
}

/** `/v1/items/:itemId` → a pattern of its paths. */
const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .split('/')
      .map(part => {
        if (part.startsWith(':')) return '[^/]+'
        return part === '*' ? '.*' : part.replace(/[^\w-]/g, '\\$&')
      })
      .join('/')}$`,
  )
