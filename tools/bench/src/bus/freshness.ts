import { setTimeout as sleep } from 'node:timers/promises'
import type { ExploreService, StateStore } from '@explore/explore'
import type { Figure } from '../figures.ts'
import { PATIENCE, probe } from '../probe.ts'
import { quantile } from '../statistics.ts'

const PROBES = 200
const PER_SECOND = 5
const LOOK = 3

/** From sending an event to the page that shows it, probe after probe at random times that wait for none before. */
export const benchBusFreshness = async (
  service: Pick<ExploreService, 'page' | 'record'>,
  state: Pick<StateStore, 'users'>,
  users: readonly string[],
  seconds: number,
  random: () => number,
): Promise<Figure> => {
  const count = Math.max(PROBES, seconds * PER_SECOND)
  // No two probes at a time are of one user.
  const own = [...new Set(users)]
  for (let warm = 0; warm < 20; warm++)
    await probe(service, own[warm % own.length]!, written(state))
  const effects: number[] = []
  const under: Promise<void>[] = []
  for (let i = 0; i < count; i++) {
    const one = probe(service, own[i % own.length]!, written(state))
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

/**
 * Until a user's state is another one than at first: the page is asked for when there can be something to see. Who asked
 * all the time would measure a machine that is busy with their own pages.
 */
const written = (state: Pick<StateStore, 'users'>) => async (userId: string) => {
  const stored = async (): Promise<Buffer> => Buffer.from((await state.users([userId]))[0] ?? [])
  let before = await stored()
  return async (): Promise<void> => {
    const latest = performance.now() + PATIENCE
    for (let now = await stored(); ; now = await stored()) {
      if (!now.equals(before) || performance.now() > latest) return void (before = now)
      await sleep(LOOK)
    }
  }
}
