import { ExploreError } from '@explore/explore'

/** Float arrays and a JSON document in one byte string: u32 header length, header, arrays. */
export const pack = (meta: unknown, arrays: readonly Float32Array[]): Uint8Array => {
  const json = JSON.stringify({ meta, lengths: arrays.map(array => array.length) })
  const header = new TextEncoder().encode(json)
  const size = arrays.reduce((total, array) => total + array.byteLength, 4 + header.length)
  const out = new Uint8Array(size)
  new DataView(out.buffer).setUint32(0, header.length, true)
  out.set(header, 4)
  let at = 4 + header.length
  for (const array of arrays) {
    out.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  return out
}

/** The document of `pack`; the arrays are written into `into`, which must have the same lengths. */
export const unpack = (packed: Uint8Array, into: readonly Float32Array[]): unknown => {
  const fail = (cause?: unknown) =>
    new ExploreError('STATE_BROKEN', 'this training state does not fit this model', { cause })
  if (packed.length < 4) throw fail()
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let at = 4 + view.getUint32(0, true)
  let header: { readonly meta: unknown; readonly lengths: readonly number[] }
  try {
    header = JSON.parse(new TextDecoder().decode(packed.subarray(4, at)))
  } catch (cause) {
    throw fail(cause)
  }
  const { meta, lengths } = header
  const size = into.reduce((total, array) => total + array.byteLength, at)
  if (lengths.join() !== into.map(array => array.length).join() || size !== packed.length) {
    throw fail()
  }
  for (const array of into) {
    const bytes = packed.subarray(at, at + array.byteLength)
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes)
    at += array.byteLength
  }
  return meta
}
