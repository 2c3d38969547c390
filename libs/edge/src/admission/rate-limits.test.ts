import { type ExploreError, settingsFrom } from '@explore/explore'
import { expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { rateLimits } from './rate-limits.ts'

const SHOP: Caller = { name: 'shop', role: 'service', perSecond: 10 }
const viewer = (user: string): Caller => ({ name: 'jwt', role: 'viewer', user })

const limited = (changes = {}, most?: number) => {
  let time = 0
  const settings = settingsFrom({ 'limits.burstSeconds': 1, ...changes })
  const { take } = rateLimits(
    () => settings,
    () => time,
    most,
  )
  const served = (caller: Caller, requests: number): number => {
    let count = 0
    for (let i = 0; i < requests; i++) {
      try {
        take(caller)
        count++
      } catch (error) {
        expect(error).toMatchObject({ code: 'RATE_LIMITED', status: 429 })
      }
    }
    return count
  }
  return { take, served, pass: (ms: number) => (time += ms) }
}

test('a key has its burst, then its rate, and asking too early costs nothing', () => {
  const { served, pass } = limited()
  expect(served(SHOP, 100)).toBe(10)
  pass(500)
  expect(served(SHOP, 100)).toBe(5)
  pass(99)
  expect(served(SHOP, 100)).toBe(0)
  pass(1)
  expect(served(SHOP, 100)).toBe(1)
  pass(3_600_000)
  expect(served(SHOP, 100)).toBe(10)
})

test('a refusal tells the time after which it is taken', () => {
  const { take, served, pass } = limited()
  served(SHOP, 10)
  let refused: unknown
  try {
    take(SHOP)
  } catch (error) {
    refused = error
  }
  const { retryAfterMs } = refused as ExploreError
  expect(retryAfterMs).toBe(100)
  pass(retryAfterMs!)
  expect(served(SHOP, 1)).toBe(1)
})

test('each viewer has a limit of their own, by the settings; keys of services have none by default', () => {
  const { served } = limited({ 'limits.viewerPerSecond': 3 })
  expect(served(viewer('u1'), 9)).toBe(3)
  expect(served(viewer('u2'), 9)).toBe(3)
  expect(served({ name: 'ops', role: 'admin' }, 1000)).toBe(1000)
})

test('viewers without number do not fill the memory: who was longest silent is forgotten', () => {
  const { served } = limited({ 'limits.viewerPerSecond': 1 }, 2)
  for (const user of ['u1', 'u2', 'u3']) served(viewer(user), 1)
  expect(served(viewer('u3'), 1)).toBe(0)
  expect(served(viewer('u1'), 1)).toBe(1)
})
