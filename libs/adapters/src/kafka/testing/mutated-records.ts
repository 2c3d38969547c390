import { type Event, randomOf } from '@explore/explore'
import { eventToProtobuf } from '../decode/protobuf-records.ts'

/** Values of records made wrong, or not quite: bytes, structure, size, place. The same seed gives the same ones. */
export const mutatedRecords = (seed: string, now: number) => {
  const random = randomOf(seed)
  const int = (n: number): number => Math.floor(random() * n)
  const pick = <T>(values: readonly T[]): T => values[int(values.length)]!

  const event: Event = {
    eventId: 'e',
    userId: 'u7',
    type: 'like',
    itemId: 'm1',
    time: now - 1000,
    position: 2,
  }
  const json = Buffer.from(JSON.stringify(event))
  const proto = eventToProtobuf(event)
  const frame = Buffer.from([0, 0, 0, 0, 9])
  const seeds = [
    json,
    proto,
    Buffer.concat([frame, json]),
    Buffer.concat([frame, Buffer.from([0]), proto]),
    Buffer.from(JSON.stringify({ specversion: '1.0', id: 'c', data: event })),
    Buffer.from(
      JSON.stringify({ specversion: '1.0', id: 'c', data_base64: proto.toString('base64') }),
    ),
  ]
  const VALUES = [
    null,
    '',
    '{u}',
    -1,
    1e308,
    'x'.repeat(100),
    [],
    {},
    true,
    '\u0000',
    'NaN',
    now + 3e11,
  ]
  const TYPES = [
    'application/json',
    'application/x-protobuf',
    'text/plain',
    '',
    'application/cloudevents+json',
  ]

  const mutated = (): Buffer | null => {
    const bytes = Buffer.from(pick(seeds))
    switch (int(9)) {
      case 0:
        return null
      case 1:
        return bytes.subarray(0, int(bytes.length))
      case 2:
        return Buffer.concat([bytes, bytes.subarray(int(bytes.length))])
      case 3:
        return Buffer.from(Array.from({ length: int(200) }, () => int(256)))
      case 4: {
        const name = pick([
          'userId',
          'type',
          'itemId',
          'time',
          'position',
          'eventId',
          '__proto__',
          'x',
        ])
        return Buffer.from(JSON.stringify({ ...event, [name]: pick(VALUES) }))
      }
      case 5:
        return Buffer.from(`${'['.repeat(int(5000))}${json}`)
      case 6:
        return int(40) === 0 ? Buffer.alloc(70_000 + int(1e6), 0x7b) : bytes
      default:
        for (let flips = 1 + int(4); flips > 0; flips--) bytes[int(bytes.length)] = int(256)
        return bytes
    }
  }

  const headers = () => (int(3) === 0 ? { 'content-type': pick(TYPES) } : {})
  const key = () => pick([null, Buffer.from('u7'), Buffer.from('{u7}'), Buffer.alloc(300, 1)])
  return () => ({ value: mutated(), headers: headers(), key: key() })
}
