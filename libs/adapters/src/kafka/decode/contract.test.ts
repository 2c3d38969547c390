import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENT_TYPES } from '@explore/explore'
import type { KafkaMessage } from 'kafkajs'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { decodeProfile } from './decode-profile.ts'
import { decodeRecord } from './decode-record.ts'
import { eventToProtobuf } from './protobuf-records.ts'
import { RECORD_SCHEMAS, type RecordKind } from './record-schemas.ts'

const V1 = join(import.meta.dirname, '../../../../../protos/explore/v1')
const FIXTURES = join(V1, 'fixtures')

/** A record that a foreign producer can compare its own with. */
interface Fixture {
  readonly record: RecordKind
  readonly what: string
  readonly key: string
  readonly headers?: Readonly<Record<string, string>>
  /** The value's bytes: base64, or text. */
  readonly base64?: string
  readonly text?: string
  /** What it says. */
  readonly says: object
}

const fixtures = readdirSync(FIXTURES).map(
  file => [file, JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as Fixture] as const,
)

describe('the published contract', () => {
  it.each(Object.entries(RECORD_SCHEMAS))('has a JSON Schema: %s', async (kind, schema) => {
    const name = kind.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()
    const path = join(V1, `${name}.schema.json`)
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path)
  })

  it('numbers event types as the code orders them', () => {
    const root = protobuf.parse(readFileSync(join(V1, 'events.proto'), 'utf8')).root
    const { values } = root.lookupEnum('explore.v1.EventType')
    const names = EVENT_TYPES.map(type => `EVENT_TYPE_${type.toUpperCase()}`)
    expect(names.map(name => values[name])).toEqual(EVENT_TYPES.map((_, i) => i + 1))
  })

  it.each(fixtures)('has fixtures: %s', (_, { record, headers, base64, text, says }) => {
    const value = base64 === undefined ? Buffer.from(text!) : Buffer.from(base64, 'base64')
    const { row } = decodeRecord(record, { value, headers })
    expect(JSON.parse(JSON.stringify(row))).toEqual(says)
  })

  it('has a fixture in each format', () => {
    expect(fixtures.map(([file]) => file.replace('.json', ''))).toEqual([
      'event-cloudevents-binary',
      'event-cloudevents-structured',
      'event-confluent-json',
      'event-confluent-protobuf',
      'event-json',
      'event-protobuf',
      'item-json',
      'item-protobuf',
      'served-page-json',
      'served-page-protobuf',
      'user-json',
    ])
  })
})

const like = { userId: 'u1', type: 'like', itemId: 'm1', time: 1_790_000_000_000 } as const
const json = Buffer.from(JSON.stringify(like))
const proto = eventToProtobuf({ ...like, eventId: 'e1' })
const event = (value: Buffer | null, headers = {}) => decodeRecord('Event', { value, headers })
const framed = (...parts: (Buffer | number[])[]) =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), ...parts.map(part => Buffer.from(part))])
const malformed = (why: string) =>
  expect.objectContaining({ code: 'RECORD_MALFORMED', message: expect.stringContaining(why) })

describe('a record is decoded', () => {
  it('by its content type, else by its first byte', () => {
    for (const headers of [{}, { 'content-type': 'application/json; charset=utf-8' }]) {
      expect(event(json, headers).row).toMatchObject(like)
      expect(event(Buffer.from(`\ufeff \n${json}`), headers).row).toMatchObject(like)
    }
    for (const headers of [{}, { 'Content-Type': 'application/x-protobuf' }]) {
      expect(event(proto, headers).row).toMatchObject({ ...like, eventId: 'e1' })
    }
    expect(() => event(proto, { 'content-type': 'application/json' })).toThrow(malformed('no JSON'))
  })

  it('out of a frame, whatever its schema and indexes', () => {
    expect(event(framed(json)).row).toMatchObject(like)
    expect(event(framed([0], proto)).row).toMatchObject(like)
    expect(event(framed([2, 0], proto)).row).toMatchObject(like)
    expect(event(framed([4, 0, 2], proto)).row).toMatchObject(like)
    expect(() => event(framed([0x0e], Buffer.from('Avro, say')))).toThrow(malformed('schema 9: '))
    expect(() => event(Buffer.from([0, 0, 0]))).toThrow(malformed('cut off'))
    expect(() => event(framed([255, 255, 255, 255, 255, 255]))).toThrow(malformed('cut off'))
    expect(() => event(framed(framed(json)))).toThrow(malformed('schema 9'))
  })

  it('out of a CloudEvent, which lends its id and time', () => {
    const { userId, type, itemId } = like
    const data = { userId, type, itemId }
    const ce = { specversion: '1.0', id: 'c1', time: '2026-11-23T16:00:00Z', data }
    const said = { ...data, eventId: 'c1', time: '2026-11-23T16:00:00Z' }
    expect(event(Buffer.from(JSON.stringify(ce))).row).toEqual(said)
    const base64 = { ...ce, data: undefined, data_base64: proto.toString('base64') }
    expect(event(Buffer.from(JSON.stringify(base64))).row).toMatchObject({ eventId: 'e1', ...like })
    const headers = { ce_specversion: '1.0', ce_id: 'c1', ce_time: '2026-11-23T16:00:00Z' }
    expect(event(Buffer.from(JSON.stringify(data)), headers).row).toEqual(said)
  })

  it('with what it does not know counted', () => {
    expect(event(Buffer.from(JSON.stringify({ ...like, a: 1, b: 2 }))).unknown).toBe(2)
    // Field 99, a varint.
    expect(event(Buffer.concat([proto, Buffer.from([0x98, 0x06, 1])])).unknown).toBe(1)
    // Type 77.
    const newer = Buffer.from([0x12, 2, 0x75, 0x31, 0x18, 77])
    expect(event(newer).row).toEqual({ userId: 'u1', type: 'type_77' })
  })

  it.each([
    ['nothing', null, 'no value'],
    ['an empty value', Buffer.alloc(0), undefined],
    ['an array', Buffer.from('[{}]'), 'Protobuf'],
    ['text that is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'no JSON'],
    ['half a Protobuf', proto.subarray(0, -3), 'no Protobuf'],
  ])('or refused: %s', (_, value, why) => {
    if (why === undefined) expect(event(value).row.userId).toBeUndefined()
    else expect(() => event(value)).toThrow(malformed(why))
  })
})

describe('items and users', () => {
  const message = (key: string | null, value: object | null) =>
    ({
      key: key === null ? null : Buffer.from(key),
      value: value && Buffer.from(JSON.stringify(value)),
      timestamp: '1790000000000',
      headers: {},
    }) as unknown as KafkaMessage
  const item = { id: 'm1', author: 'a1', topics: ['t'], hidden: true }

  it('are put or removed', () => {
    const put = { ...item, createdAt: 1_790_000_000_000 }
    expect(decodeProfile('Item', message('m1', item))).toEqual({ put })
    expect(decodeProfile('Item', message('m1', null))).toEqual({ removed: 'm1' })
    expect(decodeProfile('User', message('u1', { id: 'u1' }))).toEqual({ put: { id: 'u1' } })
  })

  it.each([
    ['another key', message('m2', item), 'RECORD_MISPLACED'],
    ['no key', message(null, item), 'ID_INVALID'],
    ['no key and no value', message(null, null), 'ID_INVALID'],
    ['braces', message('{m}', { ...item, id: '{m}' }), 'ID_INVALID'],
    ['no author', message('m1', { id: 'm1' }), 'FIELD_INVALID'],
    ['a risk above 1', message('m1', { ...item, integrityRisk: 2 }), 'FIELD_INVALID'],
    [
      'a prototype',
      message('m1', { ...item, attributes: JSON.parse('{"__proto__":"x"}') }),
      'FIELD_INVALID',
    ],
  ])('are refused: %s', (_, given, code) => {
    expect(decodeProfile('Item', given)).toMatchObject({ refused: { code } })
  })
})
