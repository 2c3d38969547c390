import type { Explorer } from '../pages/explorer.ts'
import { encodePrecomputed } from '../pages/precomputed.ts'
import type { StateStore } from '../ports.ts'
import type { Settings } from '../settings.ts'
import type { Id, Millis } from '../types.ts'
import { groupOf } from '../viewer.ts'
import { allUsers } from './all-users.ts'

/** The viewers that `precompute.policy` picks, most recently active first, at most `precompute.users`. */
export const viewersToPrecompute = async (
  state: StateStore,
  settings: Settings,
): Promise<readonly Id[]> => {
  const policy = settings['precompute.policy']
  if (policy === 'none') return []
  const picked: { readonly id: Id; readonly lastSeen: Millis }[] = []
  for await (const [id, { counts, lastSeen }] of allUsers(state)) {
    if (policy === 'all' || groupOf(counts, settings) === 'heavy') picked.push({ id, lastSeen })
  }
  return picked
    .sort((a, b) => b.lastSeen - a.lastSeen)
    .slice(0, settings['precompute.users'])
    .map(({ id }) => id)
}

/**
 * Ranks for every picked viewer and stores the whole ranking; a ranking that a failure degraded is not worth
 * keeping. Returns how many pages it wrote.
 */
export const precomputePages = async (
  stores: { readonly state: StateStore; readonly explorer: Explorer; readonly bundle: string },
  settings: Settings,
  call: {
    readonly now: Millis
    /** The machine's clock, by which pages expire. */
    readonly wall: Millis
    readonly requestId: () => string
    readonly signal?: AbortSignal
    readonly onProgress?: (done: number, of: number) => void
  },
): Promise<number> => {
  const { state, explorer, bundle } = stores
  const users = await viewersToPrecompute(state, settings)
  const expires = call.wall + settings['precompute.maxAgeHours'] * 3_600_000
  let written = 0
  for (const [done, user] of users.entries()) {
    if (call.signal?.aborted) break
    const places = await explorer.ranking(user, { now: call.now, requestId: call.requestId() })
    if (places !== undefined) {
      const page = encodePrecomputed(user, { computedAt: call.wall, bundle, places })
      await state.putMany([page], expires)
      written++
    }
    call.onProgress?.(done + 1, users.length)
  }
  return written
}
