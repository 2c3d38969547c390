import { bitsFor, pack, packedBytes, unpack } from './packed-numbers.ts'

/** Set in a run's first byte where its numbers do not ascend, and are packed as they are. */
const UNSORTED = 128
/** Numbers of a run are ordinals. */
const MOST_BITS = 32

let gaps = new Float64Array(256)

/**
 * Writes ordinals that ascend by their gaps, Rice-coded (R. F. Rice, JPL 79-22, 1979): of each gap the low bits, all of
 * a width that the mean gap decides, then how often that width goes into it, in unary. It is within 2 % of what a set
 * needs at least, half of what an order of it does. Returns where it ends.
 */
export const packRun = (
  bytes: Uint8Array,
  at: number,
  ordinals: Uint32Array,
  from: number,
  count: number,
): number => {
  if (gaps.length < count) gaps = new Float64Array(2 * count)
  let last = 0
  let sorted = true
  for (let i = 0; i < count; i++) {
    const ordinal = ordinals[from + i]!
    sorted &&= ordinal >= last
    gaps[i] = ordinal - last
    last = ordinal
  }
  if (!sorted) {
    for (let i = 0; i < count; i++) gaps[i] = ordinals[from + i]!
    const bits = bitsFor(gaps, count)
    bytes[at++] = UNSORTED | bits
    pack(bytes, at, gaps, count, bits)
    return at + packedBytes(count, bits)
  }
  const bits = 31 - Math.clz32(Math.max(1, last / count))
  const size = 2 ** bits
  const lows = at + 1
  bytes[at] = bits
  let mark = 8 * (lows + packedBytes(count, bits))
  const end = Math.ceil((mark + count + highsOf(gaps, count, size)) / 8)
  bytes.fill(0, lows, end)
  for (let i = 0; i < count; i++) {
    const high = Math.floor(gaps[i]! / size)
    gaps[i]! -= high * size
    mark += high
    bytes[mark >> 3]! |= 1 << (mark & 7)
    mark++
  }
  pack(bytes, lows, gaps, count, bits)
  return end
}

const highsOf = (gaps: Float64Array, count: number, size: number): number => {
  let sum = 0
  for (let i = 0; i < count; i++) sum += Math.floor(gaps[i]! / size)
  return sum
}

/** Reads what `packRun` wrote; returns where it ends, or −1 where `bytes` hold no such run. */
export const unpackRun = (
  bytes: Uint8Array,
  at: number,
  into: Uint32Array,
  from: number,
  count: number,
): number => {
  if (gaps.length < count) gaps = new Float64Array(2 * count)
  const head = bytes[at++] ?? MOST_BITS
  const bits = head & ~UNSORTED
  const highs = at + packedBytes(count, bits)
  if (bits > MOST_BITS || highs > bytes.length) return -1
  unpack(bytes, at, gaps, count, bits)
  if (head >= UNSORTED) {
    for (let i = 0; i < count; i++) into[from + i] = gaps[i]!
    return highs
  }
  const size = 2 ** bits
  const most = 8 * bytes.length
  let mark = 8 * highs
  let last = 0
  for (let i = 0; i < count; i++) {
    const start = mark
    while (mark < most && (bytes[mark >> 3]! & (1 << (mark & 7))) === 0) mark++
    last += (mark++ - start) * size + gaps[i]!
    if (mark > most || last >= 2 ** MOST_BITS) return -1
    into[from + i] = last
  }
  return Math.ceil(mark / 8)
}
