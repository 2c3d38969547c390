import { memoryStateStore } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { encodeList, listKey } from '../lists.ts'
import { popularInGroup } from './popular-in-group.ts'

const context = { now: 0, seed: '', signal: new AbortController().signal }
const list = (...items: readonly number[]): Uint8Array =>
  encodeList({ items: Uint32Array.from(items), scores: new Float32Array(items.length) })

it("serves the segment's list, and that of all viewers to a segment without one", async () => {
  const state = memoryStateStore()
  await state.put(listKey.popular('de'), list(1, 2, 3))
  await state.put(listKey.popular(''), list(8, 9))
  const found = async (segment: string, want = 10) =>
    Array.from((await popularInGroup(state).find({ segment } as never, want, context)).items)
  expect(await found('de')).toEqual([1, 2, 3])
  expect(await found('de', 1)).toEqual([1])
  expect(await found('fr')).toEqual([8, 9])
  expect(await found('')).toEqual([8, 9])
})

it('finds nothing before the first off-peak job', async () => {
  const { items } = await popularInGroup(memoryStateStore()).find(
    { segment: 'de' } as never,
    5,
    context,
  )
  expect(items).toHaveLength(0)
})
