/** Encoded bytes in pieces, so that large tensors are copied once, at the end. */
export interface Chunks {
  readonly parts: readonly Uint8Array[]
  readonly length: number
}

const text = new TextEncoder()

/** Appends one varint. Negative numbers take ten bytes, as protobuf's int64 does. */
const pushVarint = (bytes: number[], value: number | bigint) => {
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
}

const chunks = (...parts: Uint8Array[]): Chunks => ({
  parts,
  length: parts.reduce((sum, part) => sum + part.length, 0),
})

const tagged = (field: number, wireType: number, value?: number | bigint): Uint8Array => {
  const bytes: number[] = []
  pushVarint(bytes, (field << 3) | wireType)
  if (value !== undefined) pushVarint(bytes, value)
  return Uint8Array.from(bytes)
}

/** An int32, int64 or enum field. */
export const int = (field: number, value: number | bigint): Chunks =>
  chunks(tagged(field, 0, value))

/** A `float` field. */
export const float = (field: number, value: number): Chunks =>
  chunks(tagged(field, 5), new Uint8Array(Float32Array.of(value).buffer))

/** A `bytes` field. */
export const bytes = (field: number, value: Uint8Array): Chunks =>
  chunks(tagged(field, 2, value.length), value)

/** A `string` field. */
export const string = (field: number, value: string): Chunks => bytes(field, text.encode(value))

/** A packed repeated int64 field. */
export const ints = (field: number, values: readonly (number | bigint)[]): Chunks => {
  const packed: number[] = []
  for (const value of values) pushVarint(packed, value)
  return bytes(field, Uint8Array.from(packed))
}

/** A nested message: the concatenation of its fields. */
export const message = (field: number, fields: readonly Chunks[]): Chunks => {
  const length = fields.reduce((sum, part) => sum + part.length, 0)
  const header = tagged(field, 2, length)
  return { parts: [header, ...fields.flatMap(part => part.parts)], length: header.length + length }
}

/** The document: its top-level fields as one array. */
export const document = (fields: readonly Chunks[]): Uint8Array => {
  const out = new Uint8Array(fields.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of fields.flatMap(field => field.parts)) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** One field as read: a varint's value, or the bytes of any other wire type. */
export interface Field {
  readonly field: number
  readonly value: bigint
  readonly bytes: Uint8Array
}

const NONE = new Uint8Array()

/** Reads a message's fields in order. Throws RangeError on truncated or unknown encoding. */
export function* fields(message: Uint8Array): Generator<Field> {
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined || shift > 63n) throw new RangeError('truncated protobuf varint')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asIntN(64, value)
    }
  }
  const take = (length: number) => {
    if (length < 0 || at + length > message.length) throw new RangeError('truncated protobuf field')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = Number(varint())
    const field = tag >> 3
    const wireType = tag & 7
    if (wireType === 0) yield { field, value: varint(), bytes: NONE }
    else if (wireType === 1) yield { field, value: 0n, bytes: take(8) }
    else if (wireType === 2) yield { field, value: 0n, bytes: take(Number(varint())) }
    else if (wireType === 5) yield { field, value: 0n, bytes: take(4) }
    else throw new RangeError(`unknown protobuf wire type ${wireType}`)
  }
}
