import { Type } from '@sinclair/typebox'
import { attributes, id, instant, listOf, millis } from './fields.ts'

const userId = id('The viewer.', 'u712')

const content = {
  attributes: Type.Optional(
    attributes('Free categorical facts, hashed into features.', { country: 'br' }),
  ),
}

const CREATED = 'When the viewer joined'

/** A viewer as stored and answered. */
export const userSchema = Type.Object(
  { id: userId, ...content, createdAt: Type.Optional(millis(`${CREATED}, ms since 1970.`)) },
  { $id: 'User', additionalProperties: false },
)

export const userListSchema = listOf('users', userSchema, 'UserList')

const input = { ...content, createdAt: Type.Optional(instant(`${CREATED}.`)) }

/** A viewer of a batch. */
export const userInputSchema = Type.Object(
  { id: userId, ...input },
  { $id: 'UserInput', additionalProperties: false },
)

/** A viewer whose id is in the path; where the body repeats it, it must be the same. */
export const userBodySchema = Type.Object(
  { id: Type.Optional(userId), ...input },
  { $id: 'UserBody', additionalProperties: false },
)
