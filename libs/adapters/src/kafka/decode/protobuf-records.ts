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

/** A Protobuf record as the JSON one that says the same, and how many fields this version does not know; throws what protobufjs does. */
export const fromProtobuf = (
  kind: RecordKind,
  bytes: Uint8Array,
): { readonly row: Record<string, unknown>; readonly unknown: number } => {
  const type = types[kind]
  const reader = protobuf.Reader.create(bytes)
  reader.discardUnknown = false
  const message = type.decode(reader) as protobuf.Message & { readonly $unknowns?: unknown[] }
  const unknown = message.$unknowns?.length ?? 0
  if (kind === 'Event') return { row: eventOf(message as unknown as EventMessage), unknown }
  const row: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(type.toObject(message, { longs: Number }))) {
    // Absent is how proto3 sends what is empty.
    if (value !== '') row[NAMES[field] ?? field] = value
  }
  return { row, unknown }
}

/** What protobufjs makes of an event: its prototype has an empty text or a zero for what is absent. */
interface EventMessage extends Record<
  'eventId' | 'userId' | 'itemId' | 'authorId' | 'requestId' | 'surface',
  string
> {
  readonly type: number
  readonly timeMs: number | { readonly toNumber: () => number }
  readonly position: number
  readonly playMs: number
}

/** Field by field: nearly all records are events, and a loop over names takes three times as long. */
const eventOf = (said: EventMessage): Record<string, unknown> => {
  const has = (field: keyof EventMessage): boolean => Object.hasOwn(said, field)
  const { timeMs } = said
  return {
    eventId: said.eventId || undefined,
    userId: said.userId || undefined,
    type: typeName(said.type),
    itemId: said.itemId || undefined,
    authorId: said.authorId || undefined,
    time: has('timeMs') ? (typeof timeMs === 'number' ? timeMs : timeMs.toNumber()) : undefined,
    requestId: said.requestId || undefined,
    position: has('position') ? said.position : undefined,
    surface: said.surface || undefined,
    playMs: has('playMs') ? said.playMs : undefined,
  }
}

/** The name of a type's number, which may be newer than this version: `type_99`. */
const typeName = (number: number): string | undefined =>
  number === 0 ? undefined : (typeOfNumber(number - 1) ?? `type_${number}`)

/** An event as our own producer sends it. */
export const eventToProtobuf = ({ type, time, ...rest }: Event): Buffer =>
  Buffer.from(types.Event.encode({ ...rest, type: 1 + typeNumber(type), timeMs: time }).finish())

/** A page as the gateway records it. */
export const servedPageToProtobuf = ({ time, ...rest }: ServedPage): Buffer =>
  Buffer.from(
    types.ServedPage.encode(types.ServedPage.fromObject({ ...rest, timeMs: time })).finish(),
  )
