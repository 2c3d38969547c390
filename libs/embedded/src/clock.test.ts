import type { Event, EventLog } from '@explore/explore'
import { expect, it } from 'vitest'
import { clockFor } from './clock.ts'

const DAY = 86_400_000
const WALL = Date.UTC(2026, 0, 1)

const logEnding = (...times: readonly number[]): EventLog => ({
  partitions: 1,
  append: async () => {},
  end: () => times.length,
  read: (from, max) => ({
    first: from,
    next: Math.min(times.length, from + max),
    events: times.slice(from, from + max).map((time): Event => ({
      eventId: `${time}`,
      userId: 'u',
      type: 'click',
      itemId: 'i',
      time,
    })),
  }),
  close: async () => {},
})

it('is the wall clock without a log and on live data', async () => {
  for (const log of [logEnding(), logEnding(WALL - 400 * DAY, WALL - DAY)]) {
    const clock = await clockFor(log, () => WALL)
    expect(clock.historicEnd).toBeUndefined()
    expect(clock.now()).toBe(WALL)
  }
})

it('goes on from the end of a historic log', async () => {
  let wall = WALL
  const end = WALL - 1000 * DAY
  const clock = await clockFor(logEnding(end - DAY, end), () => wall)
  expect(clock.historicEnd).toBe(end)
  expect(clock.now()).toBeGreaterThan(end)
  expect(clock.now()).toBeLessThan(end + DAY)
  const before = clock.now()
  wall += 5_000
  expect(clock.now() - before).toBe(5_000)
})
