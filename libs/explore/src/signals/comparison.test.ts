import { memoryStateStore } from '@explore/testkit/memory'
import { expect, it } from 'vitest'
import { isCompared, writePredictions } from '../pages/predictions.ts'
import { settingsFrom } from '../settings.ts'
import { type Event, HEADS } from '../types.ts'
import { comparison } from './comparison.ts'

const ITEMS = ['a', 'b', 'c']
const catalogue = {
  ordinal: (id: string) => (ITEMS.includes(id) ? ITEMS.indexOf(id) : undefined),
}
/** Of head h and item i: (h + 1) / 10 + i / 100. */
const predictions = {
  items: Uint32Array.of(0, 1),
  probabilities: Float32Array.from(
    HEADS.flatMap((_, h) => [0, 1].map(i => (h + 1) / 10 + i / 100)),
  ),
}

const event = (type: Event['type'], itemId: string, more: Partial<Event> = {}): Event => ({
  ...{ eventId: `${type}.${itemId}`, userId: 'u1', time: 1, requestId: 'r1' },
  ...{ type, itemId },
  ...more,
})

/** What is compared once all batches are. */
const compared = async (share: number, ...batches: readonly (readonly Event[])[]) => {
  const state = memoryStateStore()
  await writePredictions(state, 'r1', predictions, Date.UTC(2100, 0))
  let told = 0
  const mine = comparison({
    ...{ state, catalogue, tell: () => told++ },
    settings: () => settingsFrom({ 'calibration.share': share }),
  })
  for (const batch of batches) mine.take(batch)
  if (share > 0) await expect.poll(() => told).toBe(batches.length)
  return mine.compared()
}

it('sums what was predicted of items that were shown, and counts on how many of them it happened', async () => {
  const { predicted, happened } = await compared(
    1,
    [event('impression', 'a'), event('click', 'a'), event('click', 'a', { eventId: 'again' })],
    [event('impression', 'a', { eventId: 'twice' }), event('like', 'b'), event('impression', 'b')],
    [event('click', 'c'), event('impression', 'c'), event('impression', 'nothing')],
    [event('impression', 'a', { requestId: 'unknown' }), event('like', 'a')],
  )
  expect(predicted.click).toBeCloseTo(0.1 + 0.11)
  expect(predicted.report).toBeCloseTo(0.8 + 0.81)
  expect(happened).toMatchObject({ click: 1, like: 2, save: 0, report: 0 })
})

it('counts nothing of an item that was not shown, and nothing without a sample', async () => {
  const all = [event('click', 'a'), event('unlike', 'a'), event('skip', 'b')]
  const none = Object.fromEntries(HEADS.map(head => [head, 0]))
  expect(await compared(1, all)).toEqual({ predicted: none, happened: none })
  expect(await compared(0, [event('impression', 'a')])).toEqual({ predicted: none, happened: none })
})

it('a page is of the sample for everybody, as often as the share says', () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => `request-${i}`)
  const of = (share: number) => ids.filter(id => isCompared(id, share))
  expect(of(0)).toEqual([])
  expect(of(1)).toEqual(ids)
  expect(of(0.02).length).toBeGreaterThan(140)
  expect(of(0.02).length).toBeLessThan(260)
  // Who takes a smaller sample takes part of the larger one.
  const tenth = new Set(of(0.1))
  expect(of(0.02).every(id => tenth.has(id))).toBe(true)
})
