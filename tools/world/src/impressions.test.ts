import type { Event } from '@explore/explore'
import { expect, test } from 'vitest'
import { joinImpressions } from './impressions.ts'

const event = (type: Event['type'], itemId: string, requestId: string, time: number): Event => ({
  eventId: `${requestId}.${itemId}.${type}`,
  userId: 'u1',
  type,
  itemId,
  requestId,
  time,
})

test('joins reactions to the impression of the same request', () => {
  const log = joinImpressions([
    event('impression', 'm1', 'r1', 1),
    event('impression', 'm2', 'r1', 2),
    event('impression', 'm1', 'r2', 3),
    event('click', 'm1', 'r2', 4),
    event('like', 'm2', 'r1', 5),
    event('click', 'm3', 'r1', 6),
  ])
  expect(log.length).toBe(3)
  expect([...log.items]).toEqual([0, 1, 0])
  expect([...log.labels.click!]).toEqual([0, 0, 1])
  expect([...log.labels.like!]).toEqual([0, 1, 0])
})
