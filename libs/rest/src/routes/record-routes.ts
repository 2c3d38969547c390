import { ExploreError, type Id, type Item, type User } from '@explore/explore'
import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { id, named } from '../schemas/fields.ts'
import { answer, BODY, CALLER, refusals, STATE } from '../schemas/problem.ts'
import { type Collection, titled, unknownRecord } from './collection.ts'
import { recordOf, type RecordBody } from './record-of.ts'

/** PUT, GET and DELETE of one record. */
export const recordRoutes = <T extends Item | User>(edge: Edge, of: Collection<T>): void => {
  const { name } = of
  const key = `${name}Id`
  const path = `/v1/${name}s/:${key}`
  const params = Type.Object({ [key]: id(`The ${name}.`, of.example) })
  const idOf = ({ params }: { readonly params: unknown }) => (params as Record<string, Id>)[key]!
  const operation = (verb: string, summary: string) => ({
    operationId: `${verb}${titled(name)}`,
    tags: [`${name}s`],
    summary,
    params,
  })

  edge.put(
    path,
    {
      schema: {
        ...operation('put', `Create or replace one ${name}`),
        body: named(of.body),
        response: {
          200: answer(of.schema, `The ${name} as it is stored.`),
          ...refusals([...BODY, ...CALLER, ...STATE, 'ID_INVALID', 'DISK_FULL']),
        },
      },
    },
    async (request): Promise<T> => {
      const body = request.body as RecordBody
      const id = idOf(request)
      if (body.id !== undefined && body.id !== id) {
        throw new ExploreError('FIELD_INVALID', `id: ${body.id} is not the path's ${id}`, {
          field: 'id',
          hint: "leave the id out of the body, or send the path's",
        })
      }
      const record = recordOf<T>(body, id)
      const { put, get } = of.operations(request.service)
      await put([record])
      // The store may know more of it than was sent: when it came.
      return (await get(id)) ?? record
    },
  )

  edge.get(
    path,
    {
      schema: {
        ...operation('get', `One ${name}`),
        response: {
          200: answer(of.schema, `The ${name}.`),
          ...refusals([...CALLER, ...STATE, 'ID_INVALID', of.unknown]),
        },
      },
    },
    async (request): Promise<T> => {
      const record = await of.operations(request.service).get(idOf(request))
      if (record === undefined) throw unknownRecord(of, idOf(request))
      return record
    },
  )

  edge.delete(
    path,
    {
      schema: {
        ...operation('delete', `Delete one ${name}`),
        response: {
          204: { description: `The ${name} is gone.`, type: 'null' },
          ...refusals([...CALLER, ...STATE, 'ID_INVALID', of.unknown, 'DISK_FULL']),
        },
      },
    },
    async (request, reply) => {
      const deleted = await of.operations(request.service).remove([idOf(request)])
      if (deleted.length === 0) throw unknownRecord(of, idOf(request))
      return reply.code(204).send()
    },
  )
}
