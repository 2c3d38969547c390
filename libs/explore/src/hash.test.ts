import { describe, expect, it } from 'vitest'
import { authorKey, bucket, hash32, topicKey } from './hash.ts'

describe('hash32', () => {
  it('stays what it is: hashes are stored', () => {
    expect(hash32('')).toBe(0)
    expect(hash32('explore')).toBe(2_368_383_136)
    expect(hash32('explore', 1)).toBe(3_361_144_041)
    expect(hash32('é𝄞')).toBe(1_203_031_131)
  })

  it('spreads similar texts over all bits, under any seed', () => {
    for (const seed of [0, 1, 0x85ebca6b, 0xffffffff]) {
      const hashes = Array.from({ length: 20_000 }, (_, i) => hash32(`u${i}`, seed))
      expect(new Set(hashes).size).toBeGreaterThan(19_990)
      for (let bit = 0; bit < 32; bit++) {
        const ones = hashes.filter(hash => (hash >>> bit) & 1).length
        expect(Math.abs(ones / 20_000 - 0.5)).toBeLessThan(0.02)
      }
    }
  })
})

describe('buckets and keys', () => {
  it('keep 0 for none', () => {
    const texts = Array.from({ length: 2000 }, (_, i) => `${i}`)
    const buckets = texts.map(text => bucket(text, 8))
    expect(new Set(buckets)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7]))
    const topics = texts.map(topicKey)
    expect(Math.min(...topics)).toBeGreaterThan(0)
    expect(Math.max(...topics)).toBeLessThan(65_536)
  })

  it('tell authors and topics of the same name apart', () => {
    expect(authorKey('a')).not.toBe(hash32('a'))
    expect(authorKey('a')).not.toBe(topicKey('a'))
  })
})
