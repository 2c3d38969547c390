import { type Home, embeddedService } from '@explore/embedded'
import { type Event, randomOf } from '@explore/explore'
import { type Figure, quantile } from './figures.ts'

const PROBES = 200

/** From sending an event to the page that shows it: an item of the page is hidden by a see-less, then asked again. */
export const benchFreshness = async (
  home: Home,
  events: readonly Event[],
): Promise<readonly Figure[]> => {
  const service = await embeddedService(home, { wall: Date.now, threads: 1, onError: () => {} })
  try {
    const random = randomOf('bench probes')
    const effects: number[] = []
    for (let probe = 0; probe < PROBES; probe++) {
      const userId = events[Math.floor(random() * events.length)]!.userId
      const { items } = await service.page({ userId, limit: 5 })
      const itemId = items[0]?.itemId
      if (itemId === undefined) continue
      const start = performance.now()
      await service.record([{ userId, itemId, type: 'impression', time: Date.now() }])
      for (;;) {
        const after = await service.page({ userId, limit: 5 })
        if (after.items.every(item => item.itemId !== itemId)) break
      }
      effects.push(performance.now() - start)
    }
    return [
      {
        name: 'event → changed page, p99',
        value: quantile(effects, 0.99),
        unit: 'ms',
        bound: { most: 50 },
        note: `${effects.length} probes, p50 ${quantile(effects, 0.5).toFixed(1)} ms, durable`,
      },
    ]
  } finally {
    await service.close()
  }
}
