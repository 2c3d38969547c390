import { memoryStateStore } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { decodeList, encodeList, readList } from './lists.ts'

const found = { items: Uint32Array.of(7, 3, 4_000_000_000), scores: Float32Array.of(1, 0.5, -2) }

it('come back as they were written, whole or their best', async () => {
  const state = memoryStateStore()
  await state.put('list', encodeList(found))
  expect(await readList(state, 'list', 10)).toEqual(found)
  expect((await readList(state, 'list', 1)).items).toEqual(Uint32Array.of(7))
  expect((await readList(state, 'none', 10)).items.length).toBe(0)
  const empty = { items: new Uint32Array(0), scores: new Float32Array(0) }
  expect(decodeList(encodeList(empty))).toEqual(empty)
})

it('are refused when truncated', () => {
  const bytes = encodeList(found)
  for (const length of [0, 3, 4, 8, bytes.length - 4, bytes.length - 1]) {
    expect(() => decodeList(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'STATE_BROKEN' }),
    )
  }
})
