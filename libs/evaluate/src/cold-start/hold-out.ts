import type { Event, Id, Item, Millis } from '@explore/explore'
import type { Rng } from '@explore/learn'

/** A log in which some items and users are new after a time: nothing before it tells of them. */
export interface HeldOut {
  /** Known items, then new ones. */
  readonly items: readonly Item[]
  readonly known: number
  readonly newUsers: ReadonlySet<Id>
  /** Events before the time, without those of new items and new users. */
  readonly before: readonly Event[]
  /** Events from the time on. */
  readonly after: readonly Event[]
}

/** Makes a random `share` of items and of users new from `time` on. */
export const holdOut = (
  {
    items,
    users,
    events,
  }: {
    readonly items: readonly Item[]
    readonly users: Iterable<Id>
    readonly events: readonly Event[]
  },
  { time, share, random }: { readonly time: Millis; readonly share: number; readonly random: Rng },
): HeldOut => {
  const [itemDraws, userDraws] = [random.fork('items'), random.fork('users')]
  const fresh: Item[] = []
  const known = items.filter(item => itemDraws.uniform() >= share || !fresh.push(item))
  const newItems = new Set(fresh.map(({ id }) => id))
  const newUsers = new Set([...users].filter(() => userDraws.uniform() < share))
  return {
    items: [...known, ...fresh],
    known: known.length,
    newUsers,
    before: events.filter(
      event =>
        event.time < time &&
        !newUsers.has(event.userId) &&
        (event.itemId === undefined || !newItems.has(event.itemId)),
    ),
    after: events.filter(event => event.time >= time),
  }
}
