import { setTimeout as sleep } from 'node:timers/promises'
import type { ExploreService } from '@explore/explore'
import type { Figure } from '../figures.ts'
import { probe } from '../probe.ts'
import { quantile } from '../statistics.ts'

const PROBES = 200
const PER_SECOND = 5
const PAUSE = 5

/** From sending an event to the page that shows it, probe after probe at random times that wait for none before. */
export const benchBusFreshness = async (
  service: Pick<ExploreService, 'page' | 'record'>,
  users: readonly string[],
  seconds: number,
  random: () => number,
): Promise<Figure> => {
  const count = Math.max(PROBES, seconds * PER_SECOND)
  // No two probes at a time are of one user.
  const own = [...new Set(users)]
  for (let warm = 0; warm < 20; warm++) await probe(service, own[warm % own.length]!, PAUSE)
  const effects: number[] = []
  const under: Promise<void>[] = []
  for (let i = 0; i < count; i++) {
    const one = probe(service, own[i % own.length]!, PAUSE)
      .catch(() => Infinity)
      .then(took => void effects.push(took))
    under.push(one)
    await sleep((-Math.log(1 - random()) / PER_SECOND) * 1000)
  }
  await Promise.all(under)
  const failed = effects.filter(took => took === Infinity).length
  return {
    name: 'event → changed page over Kafka at 50 %, p99',
    value: quantile(effects, 0.99),
    unit: 'ms',
    bound: { most: 250 },
    note: `${count} probes, open loop, p50 ${quantile(effects, 0.5).toFixed(0)} ms, ${failed} failed, page included`,
  }
}
