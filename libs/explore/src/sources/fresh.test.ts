import { memoryWorld } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { fresh, newest } from './fresh.ts'

const NOW = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000
const hoursAgo = (hours: number, id: string, more = {}) => ({
  id,
  author: 'a',
  createdAt: NOW - hours * HOUR,
  ...more,
})

it('finds the newest first; none too old, undated, of the future or not served', async () => {
  const { catalogue, settings, putItems } = await memoryWorld({
    now: NOW,
    items: [
      hoursAgo(3, 'i0'),
      hoursAgo(1, 'i1'),
      hoursAgo(72, 'old'),
      hoursAgo(-1, 'future'),
      { id: 'undated', author: 'a' },
      hoursAgo(2, 'hidden', { hidden: true }),
      hoursAgo(71, 'i6'),
    ],
  })
  const context = { seed: '', signal: new AbortController().signal }
  const source = fresh(catalogue, settings)
  const find = async (want: number, now: number) =>
    Array.from((await source.find({} as never, want, { ...context, now })).items)
  expect(await find(10, NOW)).toEqual([1, 0, 6])
  expect(await find(2, NOW)).toEqual([1, 0])
  await putItems([hoursAgo(0, 'new')])
  expect(await find(1, NOW + 100)).toEqual([1])
  expect(await find(1, NOW + 250)).toEqual([7])
  const { scores } = newest(catalogue, NOW, 72 * HOUR, 10)
  expect(scores[0]).toBe(1)
  expect(scores.at(-1)).toBeCloseTo(1 / 72)
})
