import { expect, it } from 'vitest'
import { shardTags, slotOf } from './slot.ts'

it('finds the slots that Redis does', () => {
  // From the cluster specification: CRC16 of 123456789 is 0x31C3; the others by CLUSTER KEYSLOT.
  expect(slotOf('123456789')).toBe(0x31c3)
  expect(slotOf('foo')).toBe(12_182)
  expect(slotOf('')).toBe(0)
})

it.each([1, 3, 8, 100])('spreads %i shards evenly over the slots', shards => {
  const slots = shardTags(shards).map(slotOf)
  expect(slots.map(slot => Math.floor((slot * shards) / 16_384))).toEqual([...slots.keys()])
})
