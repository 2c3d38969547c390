import { embeddedService, type Home } from '@explore/embedded'
import { randomOf } from '@explore/explore'
import type { Figure } from './figures.ts'
import { probe } from './probe.ts'
import { quantile } from './statistics.ts'

const PROBES = 200

/** From sending an event to the page that shows it: the first item is seen, and must not come again. */
export const benchFreshness = async (
  home: Home,
  users: readonly string[],
): Promise<readonly Figure[]> => {
  const service = await embeddedService(home, { wall: Date.now, threads: 1, onError: () => {} })
  const random = randomOf('bench probes')
  const any = (): Promise<number> => probe(service, users[Math.floor(random() * users.length)]!)
  try {
    for (let warm = 0; warm < 50; warm++) await any()
    const effects: number[] = []
    for (let i = 0; i < PROBES; i++) effects.push(await any())
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
