import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StateStore } from '@explore/explore'
import type { StateUnderTest } from './state-store.ts'
import { bytes } from './state-writes.ts'

/** What a state store promises besides whose values live until they are swept, by the clock of who sweeps. */
export const sweptValuesContract = (name: string, open: () => Promise<StateUnderTest>): void => {
  describe(`swept values: ${name}`, () => {
    let harness: StateUnderTest
    let state: StateStore
    beforeEach(async () => {
      harness = await open()
      state = harness.state
    })
    afterEach(() => harness.close())

    const late = 4e12

    it('go when they have expired, not before, and each once', async () => {
      await state.put('a', bytes(1), late + 100)
      await state.putMany(Object.entries({ b: bytes(2), c: bytes(3) }), late + 200)
      await state.put('forever', bytes(4))
      expect(await state.sweep(late + 99)).toBe(0)
      expect(await state.get('a')).toEqual(bytes(1))
      expect(await state.sweep(late + 100)).toBe(1)
      expect(await state.get('a')).toBeUndefined()
      expect(await state.get('b')).toEqual(bytes(2))
      expect(await state.sweep(late + 1e9)).toBe(2)
      expect(await state.sweep(late + 1e9)).toBe(0)
      expect(await state.get('c')).toBeUndefined()
      expect(await state.get('forever')).toEqual(bytes(4))
    })

    it('follow the expiry of their last writing', async () => {
      await state.put('longer', bytes(1), late + 100)
      await state.put('longer', bytes(2), late + 500)
      await state.put('shorter', bytes(1), late + 500)
      await state.put('shorter', bytes(2), late + 100)
      await state.put('never', bytes(1), late + 100)
      await state.put('never', bytes(2))
      expect(await state.sweep(late + 200)).toBe(1)
      expect(await state.get('longer')).toEqual(bytes(2))
      expect(await state.get('shorter')).toBeUndefined()
      expect(await state.sweep(late + 1e9)).toBe(1)
      expect(await state.get('never')).toEqual(bytes(2))
    })
  })
}
