/** The header that a stand-in carries: why its batch could not be unpacked. */
export const UNREADABLE = 'explore.unreadable'

/** Where the batch tells how many records it has: four bytes before the packed ones (KIP-98, record batch version 2). */
const COUNT_BYTES = 4

/**
 * Unpacked records of kafkajs's format, as many as the batch says it has, in the stead of those that cannot be unpacked:
 * without key and value, with the header UNREADABLE. `packed` must lie in the batch that it came with.
 */
export const unreadableRecords = (packed: Buffer, why: string): Buffer => {
  const count = new DataView(packed.buffer, packed.byteOffset - COUNT_BYTES, COUNT_BYTES).getInt32(
    0,
  )
  const name = Buffer.from(UNREADABLE)
  const value = Buffer.from(why.slice(0, 200))
  const records: Buffer[] = []
  for (let offset = 0; offset < count; offset++) {
    const record = Buffer.concat([
      // Attributes, timestamp's delta, offset's delta, no key, no value, one header.
      Buffer.from([0, 0]),
      varint(offset),
      ...[varint(-1), varint(-1), varint(1)],
      ...[varint(name.length), name, varint(value.length), value],
    ])
    records.push(varint(record.length), record)
  }
  return Buffer.concat(records)
}

/** Zigzag, as Kafka writes integers. */
const varint = (value: number): Buffer => {
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  const bytes: number[] = []
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest & 127) | 128)
  bytes.push(rest)
  return Buffer.from(bytes)
}
