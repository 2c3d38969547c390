import { EVENT_TYPES, ID_PATTERN } from '@explore/explore'
import { type TObject, Type } from '@sinclair/typebox'

/** The last millisecond of the year 9999: catches microseconds and nanoseconds. */
const LAST_MILLIS = 253_402_300_799_999

const id = (description: string) => Type.String({ pattern: ID_PATTERN, description })
const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description && { description }) })
const time = (description: string) =>
  Type.Union([Type.Integer({ minimum: 0, maximum: LAST_MILLIS }), Type.String()], { description })
const instant = (description: string) =>
  Type.Integer({ minimum: 0, maximum: LAST_MILLIS, description })
const attributes = Type.Record(
  Type.String({ pattern: '^(?!__proto__$)[A-Za-z0-9_.-]{1,64}$' }),
  text(128),
  { additionalProperties: false, maxProperties: 32, description: 'Free categorical facts.' },
)

const contract = (name: string, title: string, properties: TObject['properties']) =>
  Type.Object(properties, {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `explore.v1.${name}`,
    title,
    description: 'Fields that are not named here are ignored, and counted.',
  })

/** What a JSON record of each topic may say; published as JSON Schema beside the .proto. */
export const RECORD_SCHEMAS = {
  Event: contract('Event', 'A message of explore.events.v1, keyed by userId', {
    eventId: Type.Optional(
      text(64, 'Sent again, an event counts once; else known by what it says.'),
    ),
    userId: id('Who acted.'),
    type: Type.String({
      examples: [...EVENT_TYPES],
      description: 'An unknown type is passed over.',
    }),
    itemId: Type.Optional(id('Required but for hide_author and unhide_author.')),
    authorId: Type.Optional(id('For hide_author and unhide_author without an item.')),
    time: Type.Optional(time('Milliseconds since 1970 or ISO 8601 with a zone; else its arrival.')),
    requestId: Type.Optional(text(64, 'requestId of the page on which it happened.')),
    position: Type.Optional(
      Type.Integer({ minimum: 0, description: '0-based place on the page.' }),
    ),
    surface: Type.Optional(text(64, 'Surface or tab on which it happened.')),
    playMs: Type.Optional(Type.Number({ minimum: 0, description: 'Watch time in milliseconds.' })),
  }),
  Item: contract('Item', 'A message of explore.items.v1, keyed by id', {
    id: id('The item.'),
    author: id('Its author.'),
    topics: Type.Optional(
      Type.Array(text(128), { maxItems: 32, description: 'Most specific first; four are used.' }),
    ),
    createdAt: Type.Optional(instant('When it was published; else its arrival.')),
    durationMs: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
    attributes: Type.Optional(attributes),
    hidden: Type.Optional(Type.Boolean({ description: 'Never served.' })),
    recommendable: Type.Optional(Type.Boolean({ description: 'false: never shown to strangers.' })),
    integrityRisk: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  }),
  User: contract('User', 'A message of explore.users.v1, keyed by id', {
    id: id('The viewer.'),
    createdAt: Type.Optional(instant('When the viewer joined.')),
    attributes: Type.Optional(attributes),
  }),
}

export type RecordKind = keyof typeof RECORD_SCHEMAS
