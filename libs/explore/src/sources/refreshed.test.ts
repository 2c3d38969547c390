import { expect, it } from 'vitest'
import { refreshed } from './refreshed.ts'

it('loads once per age, whatever the number of callers, and anew when the clock is set back', async () => {
  let loads = 0
  const value = refreshed(100, async () => ++loads)
  expect(await Promise.all([value(0), value(50), value(99)])).toEqual([1, 1, 1])
  expect(await value(100)).toBe(2)
  expect(await value(20)).toBe(3)
})

it('does not keep a failure', async () => {
  let loads = 0
  const value = refreshed(100, async () => {
    if (++loads === 1) throw new Error('once')
    return loads
  })
  await expect(value(0)).rejects.toThrow('once')
  expect(await value(1)).toBe(2)
  let throws = 0
  const direct = refreshed(100, () => {
    if (++throws === 1) throw new Error('once')
    return throws
  })
  expect(() => direct(0)).toThrow('once')
  expect(direct(1)).toBe(2)
})
