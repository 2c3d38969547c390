import { ExploreError, type Item, type User } from '@explore/explore'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { KafkaMessage } from 'kafkajs'
import { UNREADABLE } from '../unreadable-records.ts'
import { decodeRecord, header } from './decode-record.ts'
import { RECORD_SCHEMAS } from './record-schemas.ts'

interface Profiles {
  readonly Item: Item
  readonly User: User
}

/** What a record of a compacted topic says about its key. */
export type DecodedProfile<K extends keyof Profiles> =
  { readonly put: Profiles[K] } | { readonly removed: string } | { readonly refused: ExploreError }

const checks = {
  Item: TypeCompiler.Compile(RECORD_SCHEMAS.Item),
  User: TypeCompiler.Compile(RECORD_SCHEMAS.User),
}
const ID = new RegExp(RECORD_SCHEMAS.User.properties.id!.pattern as string)

/** Decodes and judges a record, and never throws. One without a value removes what its key names. */
export const decodeProfile = <K extends keyof Profiles>(
  kind: K,
  message: KafkaMessage,
): DecodedProfile<K> => {
  try {
    const key = message.key === null ? '' : `${message.key}`
    if (!ID.test(key))
      throw new ExploreError('ID_INVALID', `its key is not an id: ${key.slice(0, 64)}`)
    const unreadable = header(message.headers, UNREADABLE) !== undefined
    if (message.value === null && !unreadable) return { removed: key }
    const { row } = decodeRecord(kind, message)
    const error = checks[kind].Errors(row).First()
    if (error !== undefined) {
      const field = error.path.slice(1).replaceAll('/', '.')
      throw new ExploreError('FIELD_INVALID', `${field}: ${error.message.toLowerCase()}`, { field })
    }
    if (row.id !== key) {
      throw new ExploreError('RECORD_MISPLACED', `its key is ${key}, its id ${row.id}`, {
        field: 'id',
      })
    }
    const known = Object.keys(RECORD_SCHEMAS[kind].properties)
    const said = known.flatMap(name => (row[name] === undefined ? [] : [[name, row[name]]]))
    const arrived = kind === 'Item' ? { createdAt: Number(message.timestamp) } : {}
    return { put: { ...arrived, ...Object.fromEntries(said) } as Profiles[K] }
  } catch (thrown) {
    if (thrown instanceof ExploreError) return { refused: thrown }
    return { refused: new ExploreError('RECORD_MALFORMED', `${thrown}`, { cause: thrown }) }
  }
}
