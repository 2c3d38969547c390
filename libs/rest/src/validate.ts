import { type ErrorCode, ExploreError } from '@explore/explore'
import type { TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors'
import type { FastifySchemaCompiler } from 'fastify'

/** Compiles a route's schemas into checks that refuse with an error of the catalogue. */
export const validatorCompiler =
  (shared: readonly TSchema[]): FastifySchemaCompiler<TSchema> =>
  ({ schema, httpPart }) => {
    const check = TypeCompiler.Compile(schema, [...shared])
    return (data: unknown) => {
      const value = httpPart === 'querystring' ? decodeQuery(schema, data) : data
      if (check.Check(value)) return { value }
      return { error: refusal(check.Errors(value).First()!) }
    }
  }

/** Reads the numbers and booleans of a query; what is not one stays text, and is refused as such. */
const decodeQuery = (schema: TSchema, query: unknown): unknown =>
  Object.fromEntries(
    Object.entries(query as object).map(([name, value]) => {
      const type = Object.hasOwn(schema.properties, name) ? schema.properties[name].type : undefined
      if (type === 'integer' && /^-?\d{1,15}$/.test(value)) return [name, Number(value)]
      if (type === 'boolean' && /^(true|false)$/.test(value)) return [name, value === 'true']
      return [name, value]
    }),
  )

const refusal = ({ type, schema, path, value, message }: ValueError): ExploreError => {
  const field = fieldOf(path)
  if (field === '' && (value === undefined || value === null)) {
    return new ExploreError('BODY_MALFORMED', 'the body is missing')
  }
  if (type === ValueErrorType.ObjectRequiredProperty) {
    return new ExploreError('FIELD_INVALID', `${field} is required`, { field })
  }
  if (type === ValueErrorType.ObjectAdditionalProperties) {
    const names = Object.keys(schema.properties ?? {})
    const hint = names.length > 0 ? `known here: ${names.join(', ')}` : schema['x-hint']
    return new ExploreError('FIELD_INVALID', `${field} is not known here`, { field, hint })
  }
  const code: ErrorCode = schema['x-error'] ?? 'FIELD_INVALID'
  const said =
    type === ValueErrorType.StringPattern
      ? `${preview(value)} is not allowed here`
      : `${message[0]!.toLowerCase()}${message.slice(1)}, got ${preview(value)}`
  return new ExploreError(code, `${field || 'the body'}: ${said}`, {
    field: field || 'body',
    hint: schema['x-hint'],
  })
}

/** A JSON pointer as people write it: `/3/topics/0` → `[3].topics[0]`. */
const fieldOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(part => (/^\d+$/.test(part) ? `[${part}]` : `.${part.slice(0, 64)}`))
    .join('')
    .replace(/^\./, '')

const preview = (value: unknown): string => {
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object'
  const shown = JSON.stringify(value) ?? 'nothing'
  return shown.length > 40 ? `${shown.slice(0, 40)}…` : shown
}
