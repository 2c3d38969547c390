import { Type } from '@sinclair/typebox'
import type { Static, TOptional, TSchema, TString } from '@sinclair/typebox'
import { EVENT_TYPES } from '@explore/explore'
import type { EventType } from '@explore/explore'
import { EVENT_FIELDS, ITEM_FIELDS, SEQUENCE_FIELDS, USER_FIELDS } from './record-fields.ts'
import type { FieldSpec } from './record-fields.ts'

const formula = (description?: string) =>
  Type.String({ minLength: 1, maxLength: 1000, description })

/** An object that refuses keys it does not know: a misspelt key must not go unnoticed. */
const strict = <P extends Record<string, TSchema>>(properties: P, description: string) =>
  Type.Object(properties, { additionalProperties: false, description })

const fields = <F extends string>(specs: Readonly<Record<F, FieldSpec>>) =>
  Object.fromEntries(
    Object.entries<FieldSpec>(specs).map(([name, { doc, required }]) => [
      name,
      required ? formula(doc) : Type.Optional(formula(doc)),
    ]),
    // Which of them are required is checked at run time; to the compiler all may be missing.
  ) as Record<F, TOptional<TString>>

/** A formula for each of some event types. */
const perType = (types: readonly EventType[], description: string) =>
  Type.Unsafe<Readonly<Partial<Record<EventType, string>>>>(
    strict(Object.fromEntries(types.map(type => [type, Type.Optional(formula())])), description),
  )

const attributes = {
  attributes: Type.Optional(
    Type.Record(Type.String(), formula(), {
      description: 'attributes by name: a formula each',
    }),
  ),
  attributeColumns: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      description: 'columns that become attributes of the same name',
    }),
  ),
  attributesFrom: Type.Optional(formula('an object whose entries become attributes')),
}

const item = strict({ ...fields(ITEM_FIELDS), ...attributes }, 'each row describes an item')

const user = strict({ ...fields(USER_FIELDS), ...attributes }, 'each row describes a user')

const event = strict(
  {
    ...fields(EVENT_FIELDS),
    type: Type.Optional(formula('the event’s type; either this or `types`')),
    types: Type.Optional(
      perType(EVENT_TYPES, 'the types that a row may stand for, each with its condition'),
    ),
  },
  'each row is an event, or several: one for each of `types` that holds, all at the same time',
)

const sequences = strict(
  {
    ...fields(SEQUENCE_FIELDS),
    stepMs: Type.Integer({
      minimum: 1,
      maximum: 86_400_000,
      description: 'milliseconds from one impression to the next',
    }),
    impressions: formula('a list of item ids, oldest first: what the user was shown'),
    partial: Type.Optional(
      Type.Boolean({
        description:
          'true where the lists lack some of what the user did: an item shown then becomes no `impression` but, where nothing is known of it, a `skip`, so that no model learns from reactions that nobody recorded; long views, likes and skips still teach the second stage their own labels',
      }),
    ),
    types: perType(
      EVENT_TYPES.filter(type => type !== 'impression'),
      'what the user did, by type: a list of item ids each, oldest first',
    ),
  },
  'each row is a user’s history, as lists of items without times',
)

const file = strict(
  {
    match: Type.String({
      minLength: 1,
      description:
        'a glob, matched against paths relative to the imported folder; the first rule that matches a file reads it',
    }),
    when: Type.Optional(formula('rows for which this does not hold are skipped')),
    missing: Type.Optional(
      Type.Array(Type.String(), { description: 'texts that mean “no value”, such as `NULL`' }),
    ),
    exclude: Type.Optional(
      strict(
        {
          columns: Type.Array(Type.String({ minLength: 1 }), {
            description: 'columns that no formula of this rule may read',
          }),
          reason: Type.String({ minLength: 1, description: 'why' }),
        },
        'columns that must not be used, so that nobody does by accident',
      ),
    ),
    item: Type.Optional(item),
    user: Type.Optional(user),
    event: Type.Optional(event),
    sequences: Type.Optional(sequences),
  },
  'a rule: which files it reads, and what their rows become',
)

/** The shape of a mapping file, and the source of its reference in docs/import.md. */
export const MAPPING_SCHEMA = strict(
  {
    description: Type.Optional(Type.String({ description: 'what the data is' })),
    files: Type.Array(file, { minItems: 1, description: 'rules, in order' }),
  },
  'says which files hold what, and which columns make which fields',
)

export type Mapping = Static<typeof MAPPING_SCHEMA>
export type FileRule = Mapping['files'][number]
