import { expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { bitsFor, MOST_BITS, pack, packedBytes, unpack } from './packed-numbers.ts'

it('packs and unpacks numbers of every width, in no more bits than they need', () => {
  const random = randomOf('packed')
  for (let bits = 0; bits <= MOST_BITS; bits++) {
    for (const count of [0, 1, 2, 7, 8, 33]) {
      const numbers = Float64Array.from({ length: count }, () => Math.floor(random() * 2 ** bits))
      if (count > 0) numbers[count - 1] = 2 ** bits - 1
      if (count > 0) expect(bitsFor(numbers, count)).toBe(bits)
      const bytes = new Uint8Array(packedBytes(count, bits) + 2).fill(0)
      pack(bytes, 1, numbers, count, bits)
      expect([bytes[0], bytes.at(-1)]).toEqual([0, 0])
      const into = new Float64Array(count)
      unpack(bytes, 1, into, count, bits)
      expect(into).toEqual(numbers)
    }
  }
})

it('says of what it does not pack that it does not', () => {
  for (const number of [-1, 0.5, NaN, Infinity, 2 ** MOST_BITS]) {
    expect(bitsFor(Float64Array.of(1, number), 2)).toBe(Infinity)
    expect(bitsFor(Float64Array.of(1, number), 1)).toBe(1)
  }
})
