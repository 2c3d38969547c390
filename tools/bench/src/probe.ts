import { setTimeout as sleep } from 'node:timers/promises'
import type { ExploreService } from '@explore/explore'

/** A page that has not changed by then never will: the probe has failed, and counts as endless. */
const PATIENCE = 5000

/**
 * Milliseconds from sending an event to the page that shows it: the first item is seen, and must not come again. Endless
 * where it does. `pause`: between two looks at the page.
 */
export const probe = async (
  service: Pick<ExploreService, 'page' | 'record'>,
  userId: string,
  pause = 0,
): Promise<number> => {
  const request = { userId, limit: 5 }
  const { itemId } = (await service.page(request)).items[0]!
  const start = performance.now()
  await service.record([{ userId, itemId, type: 'impression', time: Date.now() }])
  for (;;) {
    const { items } = await service.page(request)
    const took = performance.now() - start
    if (items.every(item => item.itemId !== itemId)) return took
    if (took > PATIENCE) return Infinity
    if (pause > 0) await sleep(pause)
  }
}
