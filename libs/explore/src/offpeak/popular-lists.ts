import { type Found, top } from '@explore/pipeline'
import type { Catalogue } from '../catalogue.ts'
import { encodeList, listKey } from '../lists.ts'
import type { ProfileStore, StateStore } from '../ports.ts'
import type { Settings } from '../settings.ts'
import { historyKind } from '../signals/history-kind.ts'
import type { Millis } from '../types.ts'
import { allUsers } from './all-users.ts'

const LENGTH = 1000
/** A segment with fewer viewers has no opinion of its own: its viewers get the list for all. */
const LEAST_VIEWERS = 30
/** Votes count half after this time. */
const HALF_LIFE = 7 * 86_400_000
/** By index in HISTORY_KINDS; a later dislike takes the vote back. */
const VOTES = [0, 1, 1, 3, 4, 4, 3, -3]

/**
 * Pre-generates what is popular in each segment of viewers, and with all (segment ''): one vote per viewer and
 * item, weighted by its strongest engagement, decayed by age. Returns how many lists it wrote.
 */
export const writePopularLists = async (
  stores: {
    readonly state: StateStore
    readonly profiles: Pick<ProfileStore, 'user'>
    readonly catalogue: Catalogue
  },
  settings: Settings,
  now: Millis,
): Promise<number> => {
  const { state, profiles, catalogue } = stores
  const tallies = new Map<string, { viewers: number; votes: Map<number, number> }>()
  for await (const [id, { history }] of allUsers(state)) {
    const user = await profiles.user(id)
    const segment = user?.attributes?.[settings['groups.segment']] ?? ''
    for (const name of new Set(['', segment])) {
      const tally = tallies.get(name) ?? { viewers: 0, votes: new Map() }
      tallies.set(name, tally)
      tally.viewers++
      for (let row = 0; row < history.length; row++) {
        const item = history.items[row]!
        const age = Math.max(0, now - history.times[row]!)
        const vote = VOTES[historyKind(history.kinds[row]!)]! * 2 ** (-age / HALF_LIFE)
        tally.votes.set(item, (tally.votes.get(item) ?? 0) + vote)
      }
    }
  }
  const lists = [...tallies]
    .filter(([segment, { viewers }]) => segment === '' || viewers >= LEAST_VIEWERS)
    .map(
      ([segment, { votes }]) =>
        [listKey.popular(segment), encodeList(best(votes, catalogue))] as const,
    )
  await state.putMany(lists)
  return lists.length
}

const best = (votes: ReadonlyMap<number, number>, catalogue: Catalogue): Found => {
  const entries = [...votes].filter(([item, n]) => n > 0 && catalogue.servable(item))
  const scores = Float32Array.from(entries, ([, n]) => n)
  const rows = top(scores, LENGTH)
  return {
    items: Uint32Array.from(rows, row => entries[row]![0]),
    scores: Float32Array.from(rows, row => scores[row]!),
  }
}
