import type { Id } from '@explore/explore'
import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { id } from '../schemas/fields.ts'
import { forgottenSchema, userExportSchema } from '../schemas/privacy.ts'
import { answer, CALLER, refusals, STATE } from '../schemas/problem.ts'

const params = Type.Object({ userId: id('The user.', 'u712') })
const codes = [...CALLER, ...STATE, 'ID_INVALID'] as const
const userOf = ({ params }: { readonly params: unknown }): Id =>
  (params as { readonly userId: Id }).userId

/** Forgets a viewer, and says what is held about them: what `explore user forget` and `explore user export` do. */
export const privacyRoutes = (edge: Edge): void => {
  edge.post(
    '/v1/users/:userId/forget',
    {
      schema: {
        operationId: 'forgetUser',
        tags: ['users'],
        summary: 'Forget one user',
        description:
          'Removes all that is held about a viewer, known or not: profile, state, sessions, events. The log gets a mark first, so that what is cut short, or not answered in time, is finished by the same request. Stop sending their events first.',
        params,
        response: {
          200: answer(forgottenSchema, 'What was removed.'),
          ...refusals([...codes, 'DISK_FULL']),
        },
      },
    },
    async request => request.service.forgetUser(userOf(request)),
  )

  edge.get(
    '/v1/users/:userId/export',
    {
      schema: {
        operationId: 'exportUser',
        tags: ['users'],
        summary: 'All that is held about one user',
        description: 'Reads the whole log: not for a request that somebody waits for.',
        params,
        response: {
          200: answer(userExportSchema, 'All of it.'),
          ...refusals(codes),
        },
      },
    },
    async request => request.service.exportUser(userOf(request)),
  )
}
