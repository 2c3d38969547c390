import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TSchema } from '@sinclair/typebox'
import { Value, ValueErrorType } from '@sinclair/typebox/value'
import { ExploreError } from '@explore/explore'
import { MAPPING_SCHEMA } from './mapping-schema.ts'
import type { Mapping } from './mapping-schema.ts'
import { nearest } from './nearest.ts'

const SHIPPED = join(import.meta.dirname, 'mappings')

/** The names of the mappings that ship with the product. */
export const shippedMappings = async (): Promise<readonly string[]> =>
  (await readdir(SHIPPED)).map(file => file.replace(/\.json$/, '')).sort()

/** `/files/0/event/types` as `files[0].event.types`. */
const dotted = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : `${path}.${part}`))

const knownKeys = (schema: TSchema): readonly string[] =>
  Object.keys((schema.properties as Record<string, TSchema> | undefined) ?? {})

/** Checks a mapping's shape; formulas are checked when they are compiled. Throws IMPORT_MAPPING with the path. */
export const checkMapping = (value: unknown): Mapping => {
  const error = Value.Errors(MAPPING_SCHEMA, value).First()
  if (error === undefined) return value as Mapping
  const field = error.path === '' ? undefined : dotted(error.path)
  const message = `the mapping’s ${field ?? 'root'}: ${error.message.toLowerCase()}`
  if (error.type !== ValueErrorType.ObjectAdditionalProperties) {
    throw new ExploreError('IMPORT_MAPPING', message, { field })
  }
  const known = knownKeys(error.schema)
  const guess = nearest(field?.split('.').at(-1) ?? '', known)
  throw new ExploreError('IMPORT_MAPPING', message, {
    field,
    hint: guess === undefined ? `it may have ${known.join(', ')}` : `did you mean ${guess}?`,
  })
}

/** The mapping of that name if one ships, else the one in that JSON file. Throws IMPORT_MAPPING. */
export const loadMapping = async (nameOrPath: string): Promise<Mapping> => {
  const shipped = await shippedMappings()
  const isShipped = shipped.includes(nameOrPath)
  if (!isShipped && !nameOrPath.endsWith('.json')) {
    const guess = nearest(nameOrPath, shipped)
    throw new ExploreError('IMPORT_MAPPING', `no mapping is called ${nameOrPath}`, {
      hint:
        guess === undefined
          ? `give one of ${shipped.join(', ')}, or the path of a .json file`
          : `did you mean ${guess}? The path of a .json file works too`,
    })
  }
  const path = isShipped ? join(SHIPPED, `${nameOrPath}.json`) : nameOrPath
  try {
    return checkMapping(JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')))
  } catch (cause) {
    if (cause instanceof ExploreError) throw cause
    throw new ExploreError('IMPORT_MAPPING', `${nameOrPath}: ${(cause as Error).message}`, {
      cause,
    })
  }
}
