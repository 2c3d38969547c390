import {
  type Event,
  explorer,
  type Id,
  precomputePages,
  requestIdOf,
  type Settings,
  type StateStore,
} from '@explore/explore'
import { logBatches } from '@explore/learn'
import { foldedState } from '../folded-state.ts'
import type { Served } from '../funnel/served.ts'

/**
 * What the off-peak job would have stored for `users` so many milliseconds ago, by key: from the log up to then. Lists are
 * those of now.
 */
export const pagesOfBefore = async (
  { stores: { state, catalogue, bundle }, settings, now, user, log }: Served,
  users: readonly Id[],
  age: number,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const until = now - age
  const events: Event[] = []
  for await (const batch of logBatches(log)) {
    for (const event of batch) if (event.time < until) events.push(event)
  }
  const then = foldedState(events, catalogue, { seen: settings['state.seen'] })
  const pages = new Map<string, Uint8Array>()
  const ids = [...users].sort()
  const store: StateStore = {
    ...then.store,
    users: wanted => then.store.users(wanted),
    userIds: (after, limit) => ids.filter(id => after === undefined || id > after).slice(0, limit),
    get: key => state.get(key),
    putMany: async entries => {
      for (const [key, value] of entries) pages.set(key, value)
    },
  }
  const wanted: Settings = {
    ...settings,
    'precompute.policy': 'all',
    'precompute.users': ids.length,
  }
  let made = 0
  await precomputePages(
    {
      state: store,
      explorer: explorer({ state: store, profiles: { user }, catalogue, bundle }, settings),
      bundle: bundle.id,
    },
    wanted,
    { now: until, wall: until, requestId: () => requestIdOf(made++) },
  )
  return pages
}
