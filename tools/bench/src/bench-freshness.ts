import { embeddedService, type Home } from '@explore/embedded'
import { randomOf } from '@explore/explore'
import type { Figure } from './figures.ts'
import { quantile } from './statistics.ts'

const PROBES = 200
/** A page that has not changed by then never will: the probe has failed, and counts as endless. */
const PATIENCE = 5000

/** From sending an event to the page that shows it: the first item is seen, and must not come again. */
export const benchFreshness = async (
  home: Home,
  users: readonly string[],
): Promise<readonly Figure[]> => {
  const service = await embeddedService(home, { wall: Date.now, threads: 1, onError: () => {} })
  const random = randomOf('bench probes')
  const probe = async (): Promise<number> => {
    const request = { userId: users[Math.floor(random() * users.length)]!, limit: 5 }
    const { itemId } = (await service.page(request)).items[0]!
    const start = performance.now()
    await service.record([{ userId: request.userId, itemId, type: 'impression', time: Date.now() }])
    for (;;) {
      const { items } = await service.page(request)
      const took = performance.now() - start
      if (items.every(item => item.itemId !== itemId)) return took
      if (took > PATIENCE) return Infinity
    }
  }
  try {
    for (let warm = 0; warm < 50; warm++) await probe()
    const effects: number[] = []
    for (let i = 0; i < PROBES; i++) effects.push(await probe())
    return [
      {
        name: 'event → changed page, p99',
        value: quantile(effects, 0.99),
        unit: 'ms',
        bound: { most: 50 },
        note: `${PROBES} probes, p50 ${quantile(effects, 0.5).toFixed(1)} ms, durable, page included`,
      },
    ]
  } finally {
    await service.close()
  }
}
