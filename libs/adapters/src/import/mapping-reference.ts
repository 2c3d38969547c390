import type { TSchema } from '@sinclair/typebox'
import { FORMULA_FUNCTIONS } from './formula-functions.ts'
import { MAPPING_SCHEMA } from './mapping-schema.ts'

type Properties = Readonly<Record<string, TSchema>>

const propertiesOf = (schema: TSchema): Properties => (schema.properties ?? {}) as Properties

/** What of a schema has keys of its own to explain: an object, or the objects of a list. */
const inner = (schema: TSchema): TSchema => (schema.items as TSchema | undefined) ?? schema

const kind = (schema: TSchema): string => {
  const keys = Object.keys(propertiesOf(schema))
  if (keys.length > 0) return `object with some of ${keys.map(key => `\`${key}\``).join(', ')}`
  if (schema.patternProperties !== undefined) return 'object of formulas'
  if (schema.type === 'array') return `list of ${(schema.items as TSchema).type}s`
  return schema.maxLength === undefined ? String(schema.type) : 'formula'
}

const section = (title: string, schema: TSchema): string[] => {
  const required = (schema.required ?? []) as readonly string[]
  const entries = Object.entries(propertiesOf(schema))
  /** Objects whose keys say something each get a section; the others are told in a line. */
  const hasSection = (value: TSchema): boolean =>
    Object.values(propertiesOf(inner(value))).some(({ description }) => description !== undefined)
  const lines = entries.map(([key, value]) => {
    const shape = hasSection(value) ? 'see below' : kind(value)
    const need = required.includes(key) ? ', required' : ''
    return `- \`${key}\` (${shape}${need}): ${value.description}`
  })
  return [
    `### ${title}`,
    '',
    `${schema.description?.replace(/^./, first => first.toUpperCase())}.`,
    '',
    ...lines,
    '',
    ...entries.flatMap(([key, value]) => {
      const path = title === 'The file' ? key : `${title.replaceAll('`', '')}.${key}`
      const list = value.type === 'array' ? '[]' : ''
      return hasSection(value) ? section(`\`${path}${list}\``, inner(value)) : []
    }),
  ]
}

/** The part of docs/import.md that is made from the schema and the functions, as Markdown. */
export const mappingReference = (): string =>
  [
    ...section('The file', MAPPING_SCHEMA),
    '### Functions',
    '',
    ...[...FORMULA_FUNCTIONS.values()].map(({ usage, promise }) => `- \`${usage}\`: ${promise}`),
  ].join('\n')
