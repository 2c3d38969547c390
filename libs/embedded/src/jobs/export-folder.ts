import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExploreError } from '@explore/explore'

const SCHEMA = 'schema.json'

/** Makes the folder of an export; throws FIELD_INVALID where one is there. */
export const prepareExport = (out: string): void => {
  if (existsSync(join(out, SCHEMA))) {
    throw new ExploreError('FIELD_INVALID', `${out} holds an export already`, {
      field: 'out',
      hint: 'name another folder: an export is never overwritten',
    })
  }
  mkdirSync(out, { recursive: true })
}

/** Last: a folder without its schema was cut short. */
export const finishExport = (out: string, schema: object): void =>
  writeFileSync(join(out, SCHEMA), `${JSON.stringify(schema, null, 2)}\n`)
