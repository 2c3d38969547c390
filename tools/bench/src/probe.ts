import type { ExploreService } from '@explore/explore'

/** A page that has not changed by then never will: the probe has failed, and counts as endless. */
export const PATIENCE = 5000

/**
 * Milliseconds from sending an event to the page that shows it: the first item is seen, and must not come again. Endless
 * where it does. `between`: waited for before each look at the page, as pages that are asked for in vain are load.
 */
export const probe = async (
  service: Pick<ExploreService, 'page' | 'record'>,
  userId: string,
  between: (userId: string) => Promise<() => Promise<void>> = async () => async () => {},
): Promise<number> => {
  const request = { userId, limit: 5 }
  const { itemId } = (await service.page(request)).items[0]!
  const wait = await between(userId)
  const start = performance.now()
  await service.record([{ userId, itemId, type: 'impression', time: Date.now() }])
  for (;;) {
    await wait()
    const { items } = await service.page(request)
    const took = performance.now() - start
    if (items.every(item => item.itemId !== itemId)) return took
    if (took > PATIENCE) return Infinity
  }
}
