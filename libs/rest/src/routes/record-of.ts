import type { Id, Item, User } from '@explore/explore'
import { parseInstant } from '../parse-instant.ts'
import type { Of } from '../schemas/fields.ts'
import type { itemBodySchema } from '../schemas/item.ts'
import type { userBodySchema } from '../schemas/user.ts'

/** A checked body of an item or a user. */
export type RecordBody = Of<typeof itemBodySchema> | Of<typeof userBodySchema>

/** The record that a checked body describes; `at` is where the body stands in the request. */
export const recordOf = <T extends Item | User>(body: RecordBody, id: Id, at = ''): T => {
  const { createdAt, ...rest } = body
  return {
    ...rest,
    id,
    ...(createdAt !== undefined && { createdAt: parseInstant(createdAt, `${at}createdAt`) }),
    // The collection's schema has checked that the body is one of its own.
  } as unknown as T
}
