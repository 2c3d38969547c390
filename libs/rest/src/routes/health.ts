import type { ExploreService } from '@explore/explore'
import type { Edge } from '../edge.ts'
import { healthSchema, liveSchema } from '../schemas/operations.ts'
import { answer, refusals } from '../schemas/problem.ts'

/** Tells an orchestrator whether to restart the process, and whether to send it requests. */
export const healthRoutes = (edge: Edge, service: ExploreService, version: string): void => {
  const live = { status: 'live', version } as const
  edge.get(
    '/v1/health/live',
    {
      config: { quiet: true },
      schema: {
        operationId: 'live',
        tags: ['operations'],
        summary: 'Whether the process answers',
        response: { 200: answer(liveSchema, 'It does.'), ...refusals([]) },
      },
    },
    async () => live,
  )

  const shared = refusals([])
  edge.get(
    '/v1/health/ready',
    {
      config: { quiet: true },
      schema: {
        operationId: 'ready',
        tags: ['operations'],
        summary: 'Whether pages can be served',
        response: {
          200: answer(healthSchema, 'They can.'),
          ...shared,
          503: {
            description: `They cannot: \`problems\` says why. ${shared[503]!.description}`,
            content: { ...answer(healthSchema, '').content, ...shared[503]!.content },
          },
        },
      },
    },
    async (_request, reply) => {
      const health = await service.health()
      return reply.code(health.ready ? 200 : 503).send(health)
    },
  )
}
