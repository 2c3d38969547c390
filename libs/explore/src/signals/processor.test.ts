import {
  memoryEventLog,
  memoryProfiles,
  memoryStateStore,
  streamProcessorContract,
} from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { Catalogue } from '../catalogue.ts'
import { settingsFrom } from '../settings.ts'
import { processor } from './processor.ts'
import { emptyUserState } from './user-state.ts'
import { encodeUserState } from './user-state-codec.ts'

const stores = (partitions = 1) => ({
  log: memoryEventLog(partitions),
  state: memoryStateStore(),
  profiles: memoryProfiles(),
})

streamProcessorContract('memory', async () => ({ ...stores(), close: async () => {} }))
streamProcessorContract('memory, three partitions', async () => ({
  ...stores(3),
  close: async () => {},
}))

const click = (eventId: string) =>
  ({ eventId, userId: 'u', type: 'click', itemId: 'i', time: 1e12 }) as const

it('stops where a newer version wrote a state', async () => {
  const parts = { ...stores(), catalogue: new Catalogue(), settings: settingsFrom() }
  const newer = encodeUserState(emptyUserState())
  newer[0] = 99
  const none = { counters: [], boards: [] }
  await parts.state.apply({ expected: 0, watermark: 0, users: [['u', newer]], ...none })
  await parts.log.append([click('e')])
  await expect(processor(parts).step(10)).rejects.toMatchObject({ code: 'STATE_NEWER' })
  expect(await parts.state.users(['u'])).toEqual([newer])
  expect(await parts.state.watermark()).toBe(0)
})

it('goes on after a failure of a store, and gives up on one that contradicts itself', async () => {
  const parts = { ...stores(), catalogue: new Catalogue(), settings: settingsFrom() }
  await parts.log.append([click('e'), click('f')])
  const failures = [new Error('down'), new Error('down again')]
  const users = async (ids: readonly string[]) => {
    const failure = failures.pop()
    if (failure) throw failure
    return parts.state.users(ids)
  }
  const stream = processor({ ...parts, state: { ...parts.state, users } })
  await expect(stream.step(1)).rejects.toThrow('down again')
  await expect(stream.step(1)).rejects.toThrow('down')
  expect([await stream.step(10), await stream.step(10)]).toEqual([2, 0])
  expect(stream.counts.folded).toBe(2)

  const lying = { ...parts.state, watermark: () => 1 }
  const lost = processor({ ...parts, state: lying }).step(10)
  await expect(lost).rejects.toMatchObject({ code: 'WATERMARK_MISMATCH' })
})

it('knows a repeated event of a user who has left its memory', async () => {
  const parts = { ...stores(), catalogue: new Catalogue(), settings: settingsFrom() }
  const stream = processor({ ...parts, cachedUsers: 1 })
  for (const userId of ['u', 'v', 'u', 'v']) {
    await parts.log.append([{ ...click('same'), userId }])
    expect(await stream.step(10)).toBe(1)
  }
  expect(stream.counts).toMatchObject({ folded: 2, repeated: 2 })
})
