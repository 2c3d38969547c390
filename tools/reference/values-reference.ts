import { parse } from 'yaml'
import { code, table } from './table.ts'

interface Schema {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
}

/** deploy/chart/README.md: every value of the chart with its default and meaning. */
export const valuesReference = (schema: string, values: string): string => `# The chart

<!-- Made from values.schema.json and values.yaml by \`npm run docs\`. -->

How to install, upgrade and remove it: [docs/deploy.md](../../docs/deploy.md#helm). A key that is not in this table is refused
by its name. Passwords are in none of the values: they name Secrets.

${table(
  ['Value', 'Default', 'Meaning'],
  rowsOf('', JSON.parse(schema) as Schema, parse(values, { merge: true })),
)}
`

/** Throws where a value has no default, or no description. */
const rowsOf = (path: string, { description, properties }: Schema, value: unknown): string[][] => {
  if (path === 'global') return []
  if (value === undefined || !description) throw new Error(`${path} lacks default or description`)
  if (properties === undefined) return [[code(path), code(JSON.stringify(value)), description]]
  const of = value as Readonly<Record<string, unknown>>
  const under = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const strange = Object.keys(of).find(key => !Object.hasOwn(properties, key))
  if (strange !== undefined) throw new Error(`${under(strange)} is not in the schema`)
  return Object.entries(properties).flatMap(([key, each]) => rowsOf(under(key), each, of[key]))
}
