import { expectUpkeep } from '@explore/edge'
import type { Metrics } from '@explore/observe'
import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { CALLER, refusals } from '../schemas/problem.ts'

/** Tells Prometheus how the server does. */
export const metricsRoute = (edge: Edge, metrics: Metrics): void => {
  edge.get(
    '/metrics',
    {
      config: { quiet: true },
      schema: {
        operationId: 'metrics',
        tags: ['operations'],
        summary: "The server's metrics",
        description: 'See docs/metrics.md for what each one counts.',
        response: {
          200: {
            description: "In Prometheus's text format.",
            content: { 'text/plain': { schema: Type.String() } },
          },
          ...refusals(CALLER),
        },
      },
    },
    async (request, reply) => {
      expectUpkeep(request.caller!)
      return reply
        .type(metrics.contentType)
        .serializer(String)
        .send(await metrics.text())
    },
  )
}
