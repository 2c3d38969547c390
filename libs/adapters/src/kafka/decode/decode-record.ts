import { ExploreError } from '@explore/explore'
import type { IHeaders } from 'kafkajs'
import { MAX_VALUE } from '../topics.ts'
import { UNREADABLE } from '../unreadable-records.ts'
import { fromProtobuf } from './protobuf-records.ts'
import { RECORD_SCHEMAS, type RecordKind } from './record-schemas.ts'

/** A record as one JSON object of its kind, not judged yet. */
export interface DecodedRecord {
  readonly row: Readonly<Record<string, unknown>>
  /** Fields that this version does not know, and leaves out. */
  readonly unknown: number
}

interface Envelope {
  readonly value: Buffer | null
  readonly headers?: IHeaders | undefined
}

/**
 * Decodes the value of a record: Protobuf, JSON, either in a Confluent frame, CloudEvents in binary or structured mode.
 * The content-type header decides, else the first byte. Throws RECORD_MALFORMED or RECORD_TOO_LARGE, and nothing else.
 */
export const decodeRecord = (kind: RecordKind, { value, headers }: Envelope): DecodedRecord => {
  const unreadable = header(headers, UNREADABLE)
  if (unreadable !== undefined) throw malformed(`its batch cannot be unpacked: ${unreadable}`)
  if (value === null) throw malformed('it has no value')
  if (value.length > MAX_VALUE) {
    throw new ExploreError(
      'RECORD_TOO_LARGE',
      `it has ${value.length} bytes, more than ${MAX_VALUE}`,
    )
  }
  const { row, unknown } = decode(kind, value, header(headers, 'content-type'), 0)
  if (kind !== 'Event') return { row, unknown }
  return { row: lent(row, header(headers, 'ce_id'), header(headers, 'ce_time')), unknown }
}

/** A CloudEvent has an id and a time, for data that have none. */
const lent = (
  row: DecodedRecord['row'],
  id: string | undefined,
  time: string | undefined,
): DecodedRecord['row'] => {
  if (id === undefined && time === undefined) return row
  const { eventId = id, time: said = time } = row
  return { ...row, eventId, time: said }
}

const decode = (
  kind: RecordKind,
  bytes: Buffer,
  contentType: string | undefined,
  depth: number,
): DecodedRecord => {
  switch (formatOf(bytes, contentType)) {
    case 'framed':
      if (depth > 0) throw malformed('it is a frame in a frame')
      return inFrame(kind, bytes)
    case 'json': {
      const row = parsed(bytes)
      if (depth === 0 && typeof row.specversion === 'string') return structured(kind, row)
      const known = RECORD_SCHEMAS[kind].properties
      const unknown = Object.keys(row).filter(key => !Object.hasOwn(known, key)).length
      return { row, unknown }
    }
    case 'protobuf':
      try {
        return fromProtobuf(kind, bytes)
      } catch (cause) {
        throw malformed(
          `it is no Protobuf of explore.v1.${kind}: ${(cause as Error).message}`,
          cause,
        )
      }
  }
}

/** No record of ours begins with a byte that another format begins with. */
const formatOf = (bytes: Buffer, contentType = ''): 'framed' | 'json' | 'protobuf' => {
  if (bytes[0] === 0) return 'framed'
  if (/\bjson\b/i.test(contentType)) return 'json'
  if (/protobuf/i.test(contentType)) return 'protobuf'
  return beginsObject(bytes) ? 'json' : 'protobuf'
}

const WHITE = new Set([0x20, 0x09, 0x0d, 0x0a])

/** Whether the first byte of text is an opening brace, also behind white space and the mark of UTF-8. */
const beginsObject = (bytes: Buffer): boolean => {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  while (at < 64 && WHITE.has(bytes[at]!)) at++
  return bytes[at] === 0x7b
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const parsed = (bytes: Buffer): Record<string, unknown> => {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw malformed(`it is no JSON: ${(cause as Error).message}`, cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw malformed('its JSON is no object: one message holds one record')
}

/** CloudEvents 1.0 in JSON: the record is its data. */
const structured = (kind: RecordKind, event: Record<string, unknown>): DecodedRecord => {
  const { data, data_base64: base64, datacontenttype } = event
  const type = typeof datacontenttype === 'string' ? datacontenttype : undefined
  const bytes =
    typeof base64 === 'string'
      ? Buffer.from(base64, 'base64')
      : Buffer.from(typeof data === 'string' ? data : JSON.stringify(data ?? null))
  const { row, unknown } = decode(kind, bytes, type, 1)
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  if (kind !== 'Event') return { row, unknown }
  return { row: lent(row, text(event.id), text(event.time)), unknown }
}

/**
 * Confluent's frame: a zero, the schema's id in four bytes, for Protobuf the message's indexes, the record. No registry
 * is asked: the record must be one of ours.
 */
const inFrame = (kind: RecordKind, bytes: Buffer): DecodedRecord => {
  if (bytes.length < 6) throw malformed('its frame is cut off')
  const schema = bytes.readUInt32BE(1)
  const body = bytes.subarray(5)
  try {
    if (body[0] === 0x7b) return decode(kind, body, 'application/json', 1)
    return decode(kind, body.subarray(indexesEnd(body)), 'application/protobuf', 1)
  } catch (cause) {
    throw malformed(`schema ${schema}: ${(cause as Error).message}`, cause)
  }
}

/** How many indexes there are, then they, as zigzag numbers; a single 0 is short for one index 0. */
const indexesEnd = (body: Buffer): number => {
  let at = 0
  const next = (): number => {
    let value = 0
    for (let shift = 0; shift < 35 && at < body.length; shift += 7) {
      const byte = body[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    throw malformed('its message indexes are cut off')
  }
  const count = next()
  if (count < 0 || count > 8) throw malformed(`it has ${count} message indexes`)
  for (let i = 0; i < count; i++) next()
  return at
}

/** A header's text, whatever the case of its name; the last one where there are several. */
export const header = (headers: IHeaders | undefined, name: string): string | undefined => {
  let found: string | undefined
  for (const key in headers) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue
    const value = headers[key]
    const last = Array.isArray(value) ? value.at(-1) : value
    if (last !== undefined && last !== null) found = last.toString()
  }
  return found
}

const malformed = (why: string, cause?: unknown): ExploreError =>
  new ExploreError('RECORD_MALFORMED', why, { cause })
