import type { Catalogue, Event, EventType, Id, Millis } from '@explore/explore'

/** Each user's first positive of each item, as columns in the order of the log. */
export interface Interactions {
  readonly length: number
  /** Index in `users`. */
  readonly user: Uint32Array
  /** Ordinal. */
  readonly item: Uint32Array
  readonly time: Float64Array
  readonly users: readonly Id[]
}

/** The events of these types, each user and item once. */
export const interactionsOf = (
  events: Iterable<Event>,
  catalogue: Catalogue,
  types: ReadonlySet<EventType>,
  { from = -Infinity, to = Infinity }: { readonly from?: Millis; readonly to?: Millis } = {},
): Interactions => {
  const users = new Map<Id, number>()
  const known: Set<number>[] = []
  const user: number[] = []
  const item: number[] = []
  const time: number[] = []
  for (const event of events) {
    if (event.time < from || event.time >= to || !types.has(event.type)) continue
    const ordinal = event.itemId === undefined ? undefined : catalogue.ordinal(event.itemId)
    if (ordinal === undefined) continue
    let index = users.get(event.userId)
    if (index === undefined) {
      index = users.size
      users.set(event.userId, index)
      known.push(new Set())
    }
    if (known[index]!.has(ordinal)) continue
    known[index]!.add(ordinal)
    user.push(index)
    item.push(ordinal)
    time.push(event.time)
  }
  return {
    length: item.length,
    user: Uint32Array.from(user),
    item: Uint32Array.from(item),
    time: Float64Array.from(time),
    users: [...users.keys()],
  }
}
