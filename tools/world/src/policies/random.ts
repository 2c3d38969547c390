import { itemId, numberOf } from '../describe.ts'
import type { Policy } from '../policy.ts'
import { streamOf, uniform } from '../rng.ts'
import type { World } from '../world.ts'
import { createShelf } from './shelf.ts'

/** Draws a page evenly from the items that the viewer has not seen. */
export const randomPolicy = (
  world: World,
  { seed = 0, name = 'random' }: { readonly seed?: number; readonly name?: string } = {},
): Policy => {
  const shelf = createShelf(world)
  const stream = streamOf(seed, 'random policy')
  return {
    name,
    observe: async events => events.forEach(shelf.observe),
    publish: async items => shelf.publish(items),
    page: async ({ userId, limit, visit, page }) => {
      const seen = shelf.seenBy(userId)
      const chosen = new Set<number>()
      const tries = 50 * limit
      for (let at = 0; at < tries && chosen.size < limit; at++) {
        const luck = uniform(stream, numberOf(userId), visit * 64 + page, at)
        const item = shelf.servable[Math.floor(luck * shelf.servable.length)]
        if (item !== undefined && !seen.has(item)) chosen.add(item)
      }
      return [...chosen].map(itemId)
    },
  }
}
