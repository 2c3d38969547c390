import type { Id, Item, ItemRecord, ProfileStore, User } from '@explore/explore'

/** Items and users in plain maps, with the order of changes that replicas follow. */
export const memoryProfiles = (catalogueId = 'memory'): ProfileStore => {
  const records: ItemRecord[] = []
  const ordinals = new Map<Id, number>()
  const users = new Map<Id, User>()
  /** Ordinals in the order in which they changed; a replica's version is how many it has taken over. */
  const changes: number[] = []

  const set = (id: Id, item: Item | null, placeholder = false): void => {
    const ordinal = ordinals.get(id) ?? records.length
    ordinals.set(id, ordinal)
    records[ordinal] = { ordinal, id, item, ...(placeholder && { placeholder }) }
    changes.push(ordinal)
  }
  const stored = (id: Id): Item | undefined => {
    const ordinal = ordinals.get(id)
    return (ordinal === undefined ? undefined : records[ordinal]!.item) ?? undefined
  }
  const sorted = (): User[] => [...users.values()].sort((a, b) => (a.id < b.id ? -1 : 1))

  return {
    catalogueId,
    putItems: async items => items.forEach(item => set(item.id, item)),
    reserveItems: async ids =>
      ids.filter(id => !ordinals.has(id)).forEach(id => set(id, null, true)),
    item: stored,
    items: (after, limit) =>
      records.filter(({ ordinal, item }) => ordinal > after && item !== null).slice(0, limit),
    deleteItems: async ids => {
      const there = [...new Set(ids)].filter(id => stored(id) !== undefined)
      for (const id of there) set(id, null)
      return there
    },
    putUsers: async all => all.forEach(user => users.set(user.id, user)),
    user: id => users.get(id),
    users: (after, limit) =>
      sorted()
        .filter(({ id }) => after === undefined || id > after)
        .slice(0, limit),
    deleteUsers: async ids => ids.filter(id => users.delete(id)),
    sync: catalogue => {
      const changed = [...new Set(changes.slice(catalogue.version))]
      if (changed.length > 0) {
        catalogue.apply(
          changed.map(ordinal => records[ordinal]!),
          changes.length,
        )
      }
      return changed
    },
    close: async () => {},
  }
}
