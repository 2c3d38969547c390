import { Type } from '@sinclair/typebox'
import { attributes, id, instant, listOf, millis, text } from './fields.ts'

const itemId = id('The item.', 'm42')

const content = {
  author: id('Its author.', 'a7'),
  topics: Type.Optional(
    Type.Array(text(128), {
      maxItems: 32,
      description: 'Most specific first; the first four are used.',
      examples: [['ceramics', 'diy']],
    }),
  ),
  durationMs: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1e9, description: 'Playing time in milliseconds.' }),
  ),
  attributes: Type.Optional(
    attributes('Free categorical facts, hashed into features.', { format: 'reel' }),
  ),
  hidden: Type.Optional(
    Type.Boolean({ description: 'Withdrawn by its owner or a moderator: never served.' }),
  ),
  recommendable: Type.Optional(
    Type.Boolean({ description: 'false: may stay, but is never recommended to strangers.' }),
  ),
  integrityRisk: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: 'Probability that it breaks a rule.' }),
  ),
}

const CREATED = 'When it was published'

/** An item as it is stored and answered. */
export const itemSchema = Type.Object(
  { id: itemId, ...content, createdAt: Type.Optional(millis(`${CREATED}, ms since 1970.`)) },
  { $id: 'Item', additionalProperties: false },
)

export const itemListSchema = listOf('items', itemSchema, 'ItemList')

const input = { ...content, createdAt: Type.Optional(instant(`${CREATED}.`)) }

/** An item of a batch. */
export const itemInputSchema = Type.Object(
  { id: itemId, ...input },
  { $id: 'ItemInput', additionalProperties: false },
)

/** An item whose id is in the path; where the body repeats it, it must be the same. */
export const itemBodySchema = Type.Object(
  { id: Type.Optional(itemId), ...input },
  { $id: 'ItemBody', additionalProperties: false },
)
