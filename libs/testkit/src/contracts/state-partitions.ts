import { COUNTERS, type StateStore } from '@explore/explore'
import { describe, expect, it } from 'vitest'
import type { StateUnderTest } from './state-store.ts'
import { write } from './state-writes.ts'

/** What every state store promises of the partitions of a log. */
export const statePartitions = (harness: () => StateUnderTest): void => {
  describe('partitions', () => {
    const user = (id: string, state: number) => ({ users: [[id, Uint8Array.of(state)]] }) as const

    it('have watermarks of their own; 0 is meant where none is named', async () => {
      const { state } = harness()
      const other = await harness().another()
      await state.apply({ ...write(0, user('u', 1)), partition: 3 })
      await state.apply({ ...write(1, user('u', 2)), partition: 3 })
      await state.apply(write(0, user('v', 3)))
      const expectWritten = async (store: StateStore): Promise<void> => {
        const partitions = [undefined, 0, 1, 3, 30]
        const held = await Promise.all(partitions.map(async each => store.watermark(each)))
        expect(held).toEqual([1, 1, 0, 2, 0])
        expect(await store.users(['v'])).toEqual([Uint8Array.of(3)])
      }
      await expectWritten(state)
      await expectWritten(other)
      await expectWritten(await harness().reopen())
    })

    it('are refused singly, and add to the same counters and boards', async () => {
      const { state } = harness()
      const changes = {
        counters: [{ item: 2, field: 1, delta: 1 }],
        boards: [{ board: 'b', item: 2, delta: 1 }],
      }
      await state.apply(write(0, changes))
      const refused = state.apply({ ...write(1, changes), partition: 1 })
      const mismatch = expect.objectContaining({ code: 'WATERMARK_MISMATCH' })
      await expect(refused).rejects.toEqual(mismatch)
      for (const partition of [1, 2, 9]) await state.apply({ ...write(0, changes), partition })
      const row = await state.counters(Uint32Array.of(2))
      expect(row).toEqual(Float64Array.from({ length: COUNTERS }, (_, i) => (i === 1 ? 4 : 0)))
      const best = await state.top('b', 9)
      expect([[...best.items], [...best.scores]]).toEqual([[2], [4]])
    })
  })
}
