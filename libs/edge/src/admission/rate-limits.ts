import { ExploreError, type Settings } from '@explore/explore'
import type { Caller } from '../access/caller.ts'

/** A caller's tokens when they were last counted. */
interface Bucket {
  tokens: number
  at: number
}

/** Buckets that are kept; beyond, those of callers who were longest silent go, whose buckets are the fullest. */
const MOST = 100_000

/**
 * A token bucket for each key, and for each viewer with a token: `take` throws RATE_LIMITED, with the time after which
 * a token is there, to a caller who is faster than their key or the settings allow. Time in milliseconds.
 */
export const rateLimits = (settings: () => Settings, now: () => number, most = MOST) => {
  const buckets = new Map<string, Bucket>()
  return {
    take: (caller: Caller): void => {
      const perSecond = rateOf(caller, settings())
      if (perSecond === 0) return
      const capacity = Math.max(1, perSecond * settings()['limits.burstSeconds'])
      const name = caller.user === undefined ? caller.name : `${caller.name} ${caller.user}`
      const time = now()
      const last = buckets.get(name) ?? { tokens: capacity, at: time }
      const earned = (Math.max(0, time - last.at) / 1000) * perSecond
      const tokens = Math.min(capacity, last.tokens + earned)
      // Asking while there is none costs nothing: who waits as long as told is served.
      const left = tokens >= 1 ? tokens - 1 : tokens
      buckets.delete(name)
      buckets.set(name, { tokens: left, at: time })
      if (buckets.size > most) buckets.delete(buckets.keys().next().value!)
      if (tokens >= 1) return
      throw new ExploreError('RATE_LIMITED', `this key may send ${perSecond} requests a second`, {
        retryAfterMs: Math.ceil(((1 - tokens) / perSecond) * 1000),
      })
    },
  }
}

export type RateLimits = ReturnType<typeof rateLimits>

/** Requests per second; 0 for no limit. */
const rateOf = ({ role, perSecond }: Caller, settings: Settings): number =>
  perSecond ??
  (role === 'viewer' ? settings['limits.viewerPerSecond'] : settings['limits.keyPerSecond'])
