import { EVENT_TYPES, GROUPS, ID_PATTERN, SOURCES } from '@explore/explore'
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

const numbers = Type.Array(Type.Number())

const servedItem = Type.Object({
  itemId: id('The item.'),
  position: Type.Integer({ minimum: 0, description: '0-based place on the page.' }),
  score: Type.Optional(Type.Number({ description: 'Absent: a fallback ranked.' })),
  sources: Type.Array(Type.String(), { examples: [[...SOURCES]] }),
  propensity: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      description: 'The chance with which exploration drew this place for it; absent: it did not.',
    }),
  ),
})

const servedFeatures = Type.Object({
  version: Type.Integer({ minimum: 1, description: 'Of the feature schema.' }),
  catalogueId: Type.String({ description: 'Whose ordinals the history holds.' }),
  viewer: Type.Record(Type.String(), Type.Object({ values: numbers }), {
    description: 'By column.',
  }),
  pairs: Type.Array(Type.Object({ itemId: id('The item.'), dense: numbers, cross: numbers }), {
    description: "The page's items that were ranked for this request.",
  }),
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
  ServedPage: contract('ServedPage', 'A message of explore.impressions.v1, keyed by userId', {
    requestId: text(64, "What the viewer's events about this page name."),
    userId: id('Who was served.'),
    time: instant("By the gateway's clock."),
    surface: Type.Optional(text(64, 'Surface or tab.')),
    group: Type.String({ examples: [...GROUPS] }),
    origin: Type.String({ examples: ['live', 'session', 'precomputed', 'fallback'] }),
    bundle: Type.Optional(text(128, 'The models that ranked; absent: none did.')),
    degraded: Type.Array(Type.String(), { description: 'Rungs that the page stands on.' }),
    items: Type.Array(servedItem, { description: 'Best first.' }),
    features: Type.Optional(servedFeatures),
  }),
}

export type RecordKind = keyof typeof RECORD_SCHEMAS
