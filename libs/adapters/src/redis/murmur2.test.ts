import { createRequire } from 'node:module'
import { randomOf } from '@explore/explore'
import { expect, it } from 'vitest'
import { murmur2 } from './murmur2.ts'

// The values of Kafka's own test, UtilsTest#testMurmur2, without their sign as the partitioner takes them.
it.each([
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('hashes %s as Kafka does', (key, hash) => {
  expect(murmur2(key)).toBe(hash & 0x7fffffff)
})

it('hashes keys of any length and alphabet as kafkajs does', () => {
  const theirs = createRequire(import.meta.url)(
    'kafkajs/src/producer/partitioners/default/murmur2',
  ) as (key: Buffer) => number
  const random = randomOf('murmur2')
  for (const alphabet of ['ab09._-', 'aä€𝄞']) {
    const letters = [...alphabet]
    for (let length = 0; length < 140; length++) {
      const key = Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join(
        '',
      )
      expect(murmur2(key)).toBe(theirs(Buffer.from(key)) & 0x7fffffff)
    }
  }
})
