import {
  decodeUserState,
  emptyUserState,
  type EventLog,
  type Id,
  type Millis,
  type Settings,
  type Stores,
  type User,
  type Viewer,
  viewerOf,
} from '@explore/explore'
import type { Awaitable } from '@explore/pipeline'

/** A trained Explore as it stands at one moment: all that its funnel reads, and what it was trained on. */
export interface Served {
  readonly stores: Stores
  readonly settings: Settings
  readonly now: Millis
  readonly user: (id: Id) => Awaitable<User | undefined>
  readonly log: EventLog
  readonly close: () => Promise<void>
}

/** The viewer that a request of `id` now would have. */
export const viewerNow = async (
  { stores: { state, catalogue }, settings, now, user }: Omit<Served, 'log' | 'close'>,
  id: Id,
): Promise<Viewer> => {
  const [bytes] = await state.users([id])
  const known = bytes === undefined ? emptyUserState() : decodeUserState(bytes)
  return viewerOf({ id, state: known, user: await user(id), now }, catalogue, settings)
}

/** All users with a state. */
export const knownUsers = async ({
  stores: { state },
}: Pick<Served, 'stores'>): Promise<readonly Id[]> => {
  const ids: Id[] = []
  for (let after: Id | undefined; ; after = ids.at(-1)) {
    const page = await state.userIds(after, PAGE)
    ids.push(...page)
    if (page.length < PAGE) return ids
  }
}

const PAGE = 5000
