import {
  attributeBuckets,
  Catalogue,
  type Event,
  type EventLog,
  type Id,
  type Item,
  type ItemRecord,
  type ProfileStore,
  type User,
} from '@explore/explore'
import { logBatches } from '@explore/learn'

/** Everything that is known of users, items and what happened, in memory and ready for `replay`. */
export interface Dataset {
  /** Where it came from. */
  readonly source: string
  /** Items that only events name are placeholders, as in the product. */
  readonly catalogue: Catalogue
  readonly users: ReadonlyMap<Id, User>
  /** Buckets of a user's attributes; zeros of one never described. */
  readonly attributes: (user: Id) => Int32Array
  /** In log order. */
  readonly events: readonly Event[]
}

/** A dataset of what was described and what happened; a later description wins. */
export const datasetOf = (
  source: string,
  {
    items,
    users,
    events,
  }: {
    readonly items: Iterable<Item>
    readonly users: Iterable<User>
    readonly events: readonly Event[]
  },
): Dataset => {
  const records = new Map<Id, ItemRecord>()
  const put = (id: Id, item: Item | null): void => {
    const ordinal = records.get(id)?.ordinal ?? records.size
    records.set(id, { ordinal, id, item, ...(item === null && { placeholder: true }) })
  }
  for (const item of items) put(item.id, item)
  for (const { itemId } of events)
    if (itemId !== undefined && !records.has(itemId)) put(itemId, null)
  const catalogue = new Catalogue()
  catalogue.apply([...records.values()], 1)
  return {
    source,
    catalogue,
    events,
    ...attributesOf(new Map([...users].map(user => [user.id, user]))),
  }
}

/** A home's own log and profiles as a dataset. */
export const datasetOfStores = async (
  source: string,
  { log, profiles }: { readonly log: EventLog; readonly profiles: ProfileStore },
): Promise<Dataset> => {
  const catalogue = new Catalogue()
  await profiles.sync(catalogue)
  const users = new Map<Id, User>()
  for (let after: Id | undefined; ;) {
    const page = await profiles.users(after, PAGE)
    for (const user of page) users.set(user.id, user)
    if (page.length < PAGE) break
    after = page.at(-1)!.id
  }
  const events: Event[] = []
  for await (const batch of logBatches(log)) for (const event of batch) events.push(event)
  return { source, catalogue, events, ...attributesOf(users) }
}

const PAGE = 1000

const attributesOf = (users: ReadonlyMap<Id, User>): Pick<Dataset, 'users' | 'attributes'> => {
  const known = new Map<Id, Int32Array>()
  return {
    users,
    attributes: id => {
      const before = known.get(id)
      if (before !== undefined) return before
      const buckets = attributeBuckets(users.get(id))
      known.set(id, buckets)
      return buckets
    },
  }
}
