import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Event, type ServedPage, typeNumber, typeOfNumber } from '@explore/explore'
import protobuf from 'protobufjs'
import type { RecordKind } from './record-schemas.ts'

const PROTOS = join(import.meta.dirname, '../../../../../protos/explore/v1')

const types = ((): Readonly<Record<RecordKind, protobuf.Type>> => {
  const root = new protobuf.Root()
  for (const file of ['events.proto', 'catalogue.proto', 'impressions.proto']) {
    protobuf.parse(readFileSync(join(PROTOS, file), 'utf8'), root)
  }
  const type = (name: RecordKind): protobuf.Type => root.lookupType(`explore.v1.${name}`)
  return {
    ...{ Event: type('Event'), Item: type('Item'), User: type('User') },
    ServedPage: type('ServedPage'),
  }
})()

/** Milliseconds have names of their own in the .proto. */
const NAMES: Readonly<Record<string, string>> = { timeMs: 'time', createdAtMs: 'createdAt' }

/** A Protobuf record as the JSON one that says the same; throws what protobufjs does. */
export const fromProtobuf = (kind: RecordKind, bytes: Uint8Array): Record<string, unknown> => {
  const type = types[kind]
  const said = type.toObject(type.decode(bytes), { longs: Number })
  const row: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(said)) {
    // Absent is how proto3 sends what is empty.
    if (value === '') continue
    const name = NAMES[field] ?? field
    row[name] = kind === 'Event' && name === 'type' ? typeName(value as number) : value
  }
  return row
}

/** The name of a type's number, which may be newer than this version: `type_99`. */
const typeName = (number: number): string | undefined =>
  number === 0 ? undefined : (typeOfNumber(number - 1) ?? `type_${number}`)

/** How many fields of a record this version does not know. */
export const unknownFields = (kind: RecordKind, bytes: Uint8Array): number => {
  const reader = protobuf.Reader.create(bytes)
  const { fieldsById } = types[kind]
  let unknown = 0
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (fieldsById[tag >>> 3] === undefined) unknown++
    reader.skipType(tag & 7)
  }
  return unknown
}

/** An event as our own producer sends it. */
export const eventToProtobuf = ({ type, time, ...rest }: Event): Buffer =>
  Buffer.from(types.Event.encode({ ...rest, type: 1 + typeNumber(type), timeMs: time }).finish())

/** A page as the gateway records it. */
export const servedPageToProtobuf = ({ time, ...rest }: ServedPage): Buffer =>
  Buffer.from(
    types.ServedPage.encode(types.ServedPage.fromObject({ ...rest, timeMs: time })).finish(),
  )
