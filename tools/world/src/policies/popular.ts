import type { Event } from '@explore/explore'
import { itemId, numberOf } from '../describe.ts'
import { WORTH } from '../worth.ts'
import type { Policy } from '../policy.ts'
import type { World } from '../world.ts'
import { createShelf } from './shelf.ts'

const HOUR = 3_600_000
/** Impressions at the average value that every item begins with. */
const PRIOR = 60
/** Half-life of what is known about an item, and time between two rankings. */
const HALF_LIFE = 168 * HOUR
const RANKING_EVERY = 3 * HOUR

/**
 * Shows everyone the items of the highest value per impression, smoothed and fading, that they have
 * not seen: the strongest of the rankings that know no user. It learns from the log and goes on.
 */
export const popularPolicy = (
  world: World,
  { name = 'popular' }: { readonly name?: string } = {},
): Policy => {
  const shelf = createShelf(world)
  const shown = new Map<number, number>()
  const value = new Map<number, number>()
  const total = { shown: 0, value: 0 }
  let ranking: readonly number[] = []
  let rankedAt = -Infinity

  const learn = ({ type, itemId: id, time }: Event): void => {
    const worth = (WORTH as Partial<Record<string, number>>)[type] ?? 0
    if (id === undefined || (type !== 'impression' && worth === 0)) return
    /** Weights grow with time instead of old ones shrinking: forward decay (Cormode et al., 2009). */
    const weight = 2 ** ((time - world.start) / HALF_LIFE)
    const [counts, amount] = type === 'impression' ? [shown, 1] : [value, worth]
    counts.set(numberOf(id), (counts.get(numberOf(id)) ?? 0) + amount * weight)
    total[type === 'impression' ? 'shown' : 'value'] += amount * weight
  }

  const rank = (now: number): void => {
    const prior = PRIOR * 2 ** ((now - world.start) / HALF_LIFE)
    const base = total.value / Math.max(total.shown, 1)
    const scores = new Map(
      shelf.servable.map(item => [
        item,
        ((value.get(item) ?? 0) + prior * base) / ((shown.get(item) ?? 0) + prior),
      ]),
    )
    ranking = [...scores.keys()].sort((a, b) => scores.get(b)! - scores.get(a)! || a - b)
    rankedAt = now
  }

  for (const event of world.history()) learn(event)
  return {
    name,
    observe: async events => {
      events.forEach(shelf.observe)
      events.forEach(learn)
    },
    publish: async items => shelf.publish(items),
    page: async ({ userId, now, limit }) => {
      if (now >= rankedAt + RANKING_EVERY) rank(now)
      const seen = shelf.seenBy(userId)
      const chosen: number[] = []
      for (const item of ranking) {
        if (chosen.length === limit) break
        if (!seen.has(item) && shelf.has(item)) chosen.push(item)
      }
      return chosen.map(itemId)
    },
  }
}
