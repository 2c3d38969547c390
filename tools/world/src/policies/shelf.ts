import type { Event, Item } from '@explore/explore'
import { numberOf } from '../describe.ts'
import type { World } from '../world.ts'

/**
 * What a simple policy keeps: which items may be shown, and who has seen what. It is read from the
 * catalogue and the log as any recommender would, and one rule holds for all arms.
 */
export const createShelf = (world: World) => {
  const servable: number[] = []
  const placeOf = new Map<number, number>()
  const seen = new Map<string, Set<number>>()

  const publish = (items: readonly Item[]): void => {
    for (const { id, hidden, recommendable = true } of items) {
      const item = numberOf(id)
      const place = placeOf.get(item)
      const shows = !hidden && recommendable
      if (shows && place === undefined) {
        placeOf.set(item, servable.length)
        servable.push(item)
      }
      if (shows || place === undefined) continue
      const last = servable.pop()!
      placeOf.delete(item)
      if (last === item) continue
      servable[place] = last
      placeOf.set(last, place)
    }
  }
  const observe = ({ type, userId, itemId }: Event): void => {
    if (type !== 'impression' || itemId === undefined) return
    let items = seen.get(userId)
    if (!items) seen.set(userId, (items = new Set()))
    items.add(numberOf(itemId))
  }

  publish(world.items)
  for (const event of world.history()) observe(event)
  return {
    /** Numbers of the items that may be shown, in no useful order. */
    servable: servable as readonly number[],
    has: (item: number): boolean => placeOf.has(item),
    seenBy: (user: string): ReadonlySet<number> => seen.get(user) ?? NONE,
    publish,
    observe,
  }
}

const NONE: ReadonlySet<number> = new Set()
