/** Widest number that is packed, in bits: 1,100 years in milliseconds. */
export const MOST_BITS = 45
/** What is put at a time: with up to seven bits that wait it stays within 31. */
const HALF = 24
const HALF_SIZE = 2 ** HALF

/** Bits that hold all of the first `count` numbers; Infinity where one is no whole number from 0 to 2^45 − 1. */
export const bitsFor = (numbers: Float64Array, count: number): number => {
  let high = 0
  let low = 0
  for (let i = 0; i < count; i++) {
    const number = numbers[i]!
    if (!(number >= 0 && number < 2 ** MOST_BITS)) return Infinity
    const over = (number / HALF_SIZE) | 0
    const rest = number - over * HALF_SIZE
    if ((rest | 0) !== rest) return Infinity
    high |= over
    low |= rest
  }
  return high > 0 ? HALF + 32 - Math.clz32(high) : 32 - Math.clz32(low)
}

export const packedBytes = (count: number, bits: number): number => Math.ceil((count * bits) / 8)

/** Writes the first `count` numbers in `bits` each, low bits first, from `bytes[at]` on. */
export const pack = (
  bytes: Uint8Array,
  at: number,
  numbers: Float64Array,
  count: number,
  bits: number,
): void => {
  const first = Math.min(bits, HALF)
  const second = bits - first
  let waiting = 0
  let held = 0
  for (let i = 0; i < count; i++) {
    const number = numbers[i]!
    const over = (number / HALF_SIZE) | 0
    waiting |= (number - over * HALF_SIZE) << held
    for (held += first; held >= 8; held -= 8) {
      bytes[at++] = waiting
      waiting >>>= 8
    }
    if (second === 0) continue
    waiting |= over << held
    for (held += second; held >= 8; held -= 8) {
      bytes[at++] = waiting
      waiting >>>= 8
    }
  }
  if (held > 0) bytes[at] = waiting
}

/** Reads what `pack` wrote into `into`. */
export const unpack = (
  bytes: Uint8Array,
  at: number,
  into: Float64Array,
  count: number,
  bits: number,
): void => {
  const first = Math.min(bits, HALF)
  const second = bits - first
  let waiting = 0
  let held = 0
  for (let i = 0; i < count; i++) {
    for (; held < first; held += 8) waiting |= bytes[at++]! << held
    let number = waiting & ((1 << first) - 1)
    waiting >>>= first
    held -= first
    if (second > 0) {
      for (; held < second; held += 8) waiting |= bytes[at++]! << held
      number += (waiting & ((1 << second) - 1)) * HALF_SIZE
      waiting >>>= second
      held -= second
    }
    into[i] = number
  }
}
