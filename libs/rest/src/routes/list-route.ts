import type { Item, User } from '@explore/explore'
import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { id, limit } from '../schemas/fields.ts'
import { answer, CALLER, refusals, STATE } from '../schemas/problem.ts'
import { type Collection, titled } from './collection.ts'

const MAX_LIST = 1000
const MAX_IDS = 100

/** GET of the records in pages, or of those named. */
export const listRoute = <T extends Item | User>(edge: Edge, of: Collection<T>): void => {
  const { name } = of
  edge.get(
    `/v1/${name}s`,
    {
      schema: {
        operationId: `list${titled(name)}s`,
        tags: [`${name}s`],
        summary: `List ${name}s, or get those named`,
        querystring: Type.Object(
          {
            after: Type.Optional(id('`next` of the list before.', of.example)),
            limit: Type.Optional(limit(MAX_LIST, `Most ${name}s; else 100.`)),
            ids: Type.Optional(
              Type.String({
                description: `Only these ${name}s: up to ${MAX_IDS} ids with commas between.`,
                pattern: `^[A-Za-z0-9_.:~@-]{1,64}(,[A-Za-z0-9_.:~@-]{1,64}){0,${MAX_IDS - 1}}$`,
                'x-error': 'ID_INVALID',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: answer(of.listSchema, `The ${name}s; of the ids named, those that there are.`),
          ...refusals([...CALLER, ...STATE, 'ID_INVALID', 'LIMIT_INVALID', of.unknown]),
        },
      },
    },
    async request => {
      const { ids, after, limit = 100 } = request.query
      const { get, list } = of.operations(request.service)
      if (ids !== undefined) {
        const found = await Promise.all(ids.split(',').map(get))
        return { [`${name}s`]: found.filter(record => record !== undefined), next: null }
      }
      const records = await list(after, limit)
      return { [`${name}s`]: records, next: records.length < limit ? null : records.at(-1)!.id }
    },
  )
}
