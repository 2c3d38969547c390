import { expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { packRun, unpackRun } from './packed-runs.ts'

const random = randomOf('runs')
const someOf = (count: number, most: number): Uint32Array =>
  Uint32Array.from({ length: count }, () => Math.floor(random() * most))

const packed = (ordinals: Uint32Array): Uint8Array => {
  const bytes = new Uint8Array(6 * ordinals.length + 8).fill(255)
  return bytes.slice(1, packRun(bytes, 1, ordinals, 0, ordinals.length))
}

it('gives back the ordinals, in order or not, of any size, and nothing beside them', () => {
  for (const most of [1, 2, 300, 20_000, 2 ** 20, 2 ** 32]) {
    for (const count of [1, 2, 7, 256]) {
      for (const ordinals of [someOf(count, most), someOf(count, most).sort()]) {
        const bytes = packed(ordinals)
        const into = new Uint32Array(count + 2).fill(9)
        expect(unpackRun(bytes, 0, into, 1, count)).toBe(bytes.length)
        expect(into.subarray(1, count + 1)).toEqual(ordinals)
        expect([into[0], into[count + 1]]).toEqual([9, 9])
      }
    }
  }
})

it('takes for a set hardly more than what there is to know', () => {
  for (const most of [20_000, 1_000_000]) {
    // The logarithm of how many sets of 256 there are, by Stirling.
    const least = Math.log2(most / 256) + Math.LOG2E
    expect((8 * packed(someOf(256, most).sort()).length) / 256).toBeLessThan(1.04 * least)
  }
})

it('tells what is no run', () => {
  const bytes = packed(someOf(256, 20_000).sort())
  const into = new Uint32Array(256)
  for (let length = 0; length < bytes.length; length++) {
    expect(unpackRun(bytes.subarray(0, length), 0, into, 0, 256)).toBe(-1)
  }
  for (let i = 0; i < 500; i++) {
    const nonsense = Uint8Array.from({ length: 300 }, () => random() * 256)
    const end = unpackRun(nonsense, 0, into, 0, 256)
    expect(end === -1 || (end > 0 && end <= 300)).toBe(true)
  }
})
