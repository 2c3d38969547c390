import type { Event } from '@explore/explore'
import { rng } from '@explore/learn'
import { expect, it } from 'vitest'
import { holdOut } from './hold-out.ts'

const items = Array.from({ length: 200 }, (_, i) => ({ id: `i${i}`, author: 'a' }))
const users = Array.from({ length: 200 }, (_, i) => `u${i}`)
const events = Array.from({ length: 4000 }, (_, i): Event => ({
  eventId: `e${i}`,
  userId: users[(i * 7) % 200]!,
  itemId: items[(i * 13) % 200]!.id,
  type: 'click',
  time: i,
}))
const held = holdOut({ items, users, events }, { time: 3000, share: 0.2, random: rng(1) })
const fresh = new Set(held.items.slice(held.known).map(({ id }) => id))

it('hides about the share, and numbers new items behind the known ones', () => {
  expect(held.items).toHaveLength(200)
  expect(new Set(held.items.map(({ id }) => id)).size).toBe(200)
  expect(fresh.size).toBeGreaterThan(25)
  expect(fresh.size).toBeLessThan(55)
  expect(held.newUsers.size).toBeGreaterThan(25)
  expect(held.newUsers.size).toBeLessThan(55)
})

it('keeps from training whatever tells of them, and the future', () => {
  const told = held.before.filter(
    ({ userId, itemId, time }) => time >= 3000 || held.newUsers.has(userId) || fresh.has(itemId!),
  )
  expect(told).toEqual([])
  const hidden = events.filter(
    ({ userId, itemId, time }) => time < 3000 && (held.newUsers.has(userId) || fresh.has(itemId!)),
  )
  expect(held.before.length + hidden.length).toBe(3000)
  expect(held.after).toHaveLength(1000)
})
