import { ExploreError, type Id, type Item, type User } from '@explore/explore'
import { Type } from '@sinclair/typebox'
import type { Edge } from '../edge.ts'
import { id, named, type Of } from '../schemas/fields.ts'
import { answer, BODY, CALLER, refusals, STATE } from '../schemas/problem.ts'
import { type Collection, titled } from './collection.ts'
import { recordOf, type RecordBody } from './record-of.ts'

/** Most records of one write, and most ids of one delete. */
const MAX_BULK = 10_000

export const writtenSchema = Type.Object({ written: Type.Integer() }, { $id: 'Written' })
export const deletedSchema = Type.Object({ deleted: Type.Array(Type.String()) }, { $id: 'Deleted' })

/** PUT and DELETE of many records. */
export const bulkRoutes = <T extends Item | User>(edge: Edge, of: Collection<T>): void => {
  const { name } = of
  const size = { minItems: 1, maxItems: MAX_BULK, 'x-hint': `send 1 to ${MAX_BULK} ${name}s` }

  edge.put(
    `/v1/${name}s`,
    {
      schema: {
        operationId: `put${titled(name)}s`,
        tags: [`${name}s`],
        summary: `Create or replace many ${name}s`,
        description: 'All or nothing; the field of an error starts with the index: `[3].id`.',
        body: Type.Array(named(of.input), size),
        response: {
          200: answer(writtenSchema, 'All are stored.'),
          ...refusals([...BODY, ...CALLER, ...STATE, 'ID_INVALID', 'DISK_FULL']),
        },
      },
    },
    async (request): Promise<Of<typeof writtenSchema>> => {
      const bodies = request.body as readonly (RecordBody & { readonly id: Id })[]
      refuseRepeats(bodies)
      await of
        .operations(request.service)
        .put(bodies.map((body, i) => recordOf<T>(body, body.id, `[${i}].`)))
      return { written: bodies.length }
    },
  )

  edge.delete(
    `/v1/${name}s`,
    {
      schema: {
        operationId: `delete${titled(name)}s`,
        tags: [`${name}s`],
        summary: `Delete many ${name}s`,
        description: 'Ids that were not there are left out of the answer.',
        body: Type.Object(
          { ids: Type.Array(id(`The ${name}.`, of.example), size) },
          { additionalProperties: false },
        ),
        response: {
          200: answer(deletedSchema, 'The ids that were there, and are gone.'),
          ...refusals([...BODY, ...CALLER, ...STATE, 'ID_INVALID', 'DISK_FULL']),
        },
      },
    },
    async (request): Promise<Of<typeof deletedSchema>> => ({
      deleted: await of.operations(request.service).remove([...new Set(request.body.ids)]),
    }),
  )
}

/** Two records of one id in a batch contradict each other: which one is meant is not ours to guess. */
const refuseRepeats = (records: readonly { readonly id: Id }[]): void => {
  const first = new Map<Id, number>()
  records.forEach(({ id }, i) => {
    const before = first.get(id)
    if (before !== undefined) {
      const message = `${id} is in the batch twice, at [${before}] and [${i}]`
      throw new ExploreError('FIELD_INVALID', message, { field: `[${i}].id` })
    }
    first.set(id, i)
  })
}
