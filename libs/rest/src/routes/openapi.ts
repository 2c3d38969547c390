import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { refusals } from '../schemas/problem.ts'

/** Serves the document that describes the other routes. */
export const openapiRoute = (edge: Edge): void => {
  edge.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'openapi',
        tags: ['operations'],
        summary: 'This API as an OpenAPI 3.1 document',
        response: {
          200: Type.Object({}, { description: 'The document.', additionalProperties: true }),
          ...refusals([]),
        },
      },
    },
    async (_request, reply) =>
      reply.type('application/json').serializer(JSON.stringify).send(edge.swagger()),
  )
}
