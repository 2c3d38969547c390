import { expect, it } from 'vitest'
import { lagOf } from './lag-of.ts'

it('adds up the partitions, one by one never below nothing', async () => {
  const ends = [10, 7, 5]
  const watermarks = [10, 2, 9]
  const log = { partitions: 3, end: (partition = 0) => ends[partition]! }
  const state = { watermark: (partition = 0) => watermarks[partition]! }
  expect(await lagOf(log, state)).toBe(5)
})
