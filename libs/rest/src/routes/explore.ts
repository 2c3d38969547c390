import { type Page, SETTINGS } from '@explore/explore'
import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { id, limit, text } from '../schemas/fields.ts'
import { pageSchema } from '../schemas/page.ts'
import { answer, CALLER, refusals, STATE } from '../schemas/problem.ts'

const query = Type.Object(
  {
    limit: Type.Optional(
      limit(SETTINGS['page.maxLimit'].max, 'Items on the page; else the setting page.limit.'),
    ),
    cursor: Type.Optional(
      Type.String({
        description: 'nextCursor of the page before: the same ranked session goes on.',
        pattern: '^[\\u0021-\\u007e]{1,4096}$',
        'x-error': 'CURSOR_INVALID',
      }),
    ),
    surface: Type.Optional(text(64, 'Surface or tab that shows the page; a feature.')),
    explain: Type.Optional(
      Type.Boolean({
        description: 'Adds why each item is where it is, and what each step did.',
        'x-hint': 'explain is true or false',
      }),
    ),
    explainItem: Type.Optional(id('Adds why this item is not on the page.', 'm42')),
  },
  { additionalProperties: false },
)

/** A page for a viewer. */
export const exploreRoutes = (edge: Edge): void => {
  edge.get(
    '/v1/explore/:userId',
    {
      schema: {
        operationId: 'explore',
        tags: ['explore'],
        summary: 'A page of recommendations',
        description: 'A viewer never heard of gets the page of a newcomer.',
        params: Type.Object({ userId: id('The viewer.', 'u712') }),
        querystring: query,
        response: {
          200: answer(pageSchema, 'The page, best item first.'),
          ...refusals([
            ...(['ID_INVALID', 'LIMIT_INVALID', 'CURSOR_INVALID', 'CURSOR_EXPIRED'] as const),
            ...(['CATALOGUE_EMPTY', 'BUNDLE_MISSING', 'BUNDLE_BROKEN', 'BUNDLE_FOREIGN'] as const),
            ...(['MODEL_SIGNATURE', 'DEADLINE_EXCEEDED'] as const),
            ...[...CALLER, ...STATE],
          ]),
        },
      },
    },
    (request): Promise<Page> =>
      request.service.page({ userId: request.params.userId, ...request.query }, request.span.watch),
  )
}
