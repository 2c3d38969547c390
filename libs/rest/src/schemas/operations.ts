import { Type } from '@sinclair/typebox'
import { nullable, word } from './fields.ts'

const scalar = (description: string) =>
  Type.Unsafe<number | boolean | string>({ type: ['number', 'boolean', 'string'], description })

/** One tunable with all that is known of it. */
export const settingSchema = Type.Object(
  {
    value: scalar('What is in force.'),
    overridden: Type.Boolean({ description: 'Whether the value differs from the default.' }),
    type: word(['number', 'boolean', 'choice', 'text'], 'Which of the bounds below apply.'),
    default: scalar('What is in force without an override.'),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    whole: Type.Optional(Type.Boolean({ description: 'Whole numbers only.' })),
    unit: Type.Optional(Type.String()),
    choices: Type.Optional(Type.Array(Type.String())),
    pattern: Type.Optional(Type.String()),
    doc: Type.String(),
  },
  { $id: 'Setting' },
)

export const settingsSchema = Type.Object(
  { settings: Type.Record(Type.String(), Type.Ref('Setting')) },
  { $id: 'Settings' },
)

const CHANGES = 'send one flat object: setting → number, text, true, false or null'

export const changesSchema = Type.Record(
  Type.String(),
  Type.Union([Type.Number(), Type.Boolean(), Type.String({ maxLength: 256 }), Type.Null()], {
    'x-hint': CHANGES,
  }),
  {
    $id: 'SettingChanges',
    description: 'Setting → value; null takes an override back.',
    examples: [{ 'value.share.casual': 20, 'page.limit': null }],
    'x-hint': CHANGES,
  },
)

export const liveSchema = Type.Object(
  { status: word(['live'], 'The process answers.'), version: Type.String() },
  { $id: 'Live' },
)

export const healthSchema = Type.Object(
  {
    ready: Type.Boolean(),
    bundle: nullable('string', 'The models in use.'),
    items: Type.Integer({ description: 'Items in the catalogue.' }),
    lag: Type.Integer({ description: 'Events in the log that are not folded yet.' }),
    problems: Type.Array(Type.String(), { description: 'What is in the way of being ready.' }),
  },
  { $id: 'Health' },
)
