import { memoryStateStore } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { encodeList, listKey } from '../lists.ts'
import { longTerm } from './long-term.ts'

const context = { now: 0, seed: '', signal: new AbortController().signal }
const list = { items: Uint32Array.of(7, 3, 5), scores: Float32Array.of(3, 2, 1) }

it("reads the head of the viewer's own list, and nothing where there is none", async () => {
  const state = memoryStateStore()
  await state.put(listKey.longTerm('u1'), encodeList(list))
  const found = async (id: string, want: number) =>
    Array.from((await longTerm(state).find({ id } as never, want, context)).items)
  expect(await found('u1', 2)).toEqual([7, 3])
  expect(await found('u1', 9)).toEqual([7, 3, 5])
  expect(await found('u2', 9)).toEqual([])
})

it('fails, and does not invent, where the stored list is damaged', async () => {
  const state = memoryStateStore()
  await state.put(listKey.longTerm('u1'), encodeList(list).subarray(0, 9))
  await expect(longTerm(state).find({ id: 'u1' } as never, 5, context)).rejects.toMatchObject({
    code: 'STATE_BROKEN',
  })
})
