import type { Catalogue, Item, ItemRecord, ProfileStore, User } from '@explore/explore'
import { chunksOf } from '../chunks-of.ts'
import { type LmdbEnvironment, metaOf } from './open-lmdb.ts'

/** Records in one transaction, so that other writers get their turn, and in one step of a first sync. */
const CHUNK = 2000

interface StoredItem {
  readonly id: string
  readonly item: Item | null
  readonly placeholder?: true
  /** The store's version after the record's last change: its key in `changes`. */
  readonly version: number
}

/**
 * Items and users in LMDB. Every change of an item takes the next version; `changes` holds each item once, under the
 * version of its last change, so that a replica at version v catches up by reading the keys above v.
 */
export const lmdbProfileStore = (env: LmdbEnvironment): ProfileStore => {
  const meta = metaOf(env)
  const records = env.table<StoredItem, number>('items', {
    encoding: 'json',
    keyEncoding: 'uint32',
  })
  const ordinals = env.table<number, string>('item-ordinals', { encoding: 'ordered-binary' })
  const changes = env.table<number, number>('item-changes', { encoding: 'ordered-binary' })
  const users = env.table<User, string>('user-profiles', { encoding: 'json' })
  const number = (key: 'items' | 'version'): number => (meta.get(key) as number | undefined) ?? 0

  const inChunks = async <T>(all: readonly T[], work: (chunk: readonly T[]) => void) => {
    for (const chunk of chunksOf(all, CHUNK)) await env.write(() => work(chunk))
  }
  const stored = (id: string): StoredItem | undefined => {
    const ordinal = ordinals.get(id)
    return ordinal === undefined ? undefined : records.get(ordinal)
  }

  /** Within a write transaction: gives the next version, and an ordinal to those that have none. */
  const change = (all: Iterable<Omit<StoredItem, 'version'>>): void => {
    let size = number('items')
    let version = number('version')
    for (const record of all) {
      let ordinal = ordinals.get(record.id)
      if (ordinal === undefined) ordinals.putSync(record.id, (ordinal = size++))
      else changes.removeSync(records.get(ordinal)!.version)
      records.putSync(ordinal, { ...record, version: ++version })
      changes.putSync(version, ordinal)
    }
    meta.putSync('items', size)
    meta.putSync('version', version)
  }

  const recordOf = (ordinal: number, { id, item, placeholder }: StoredItem): ItemRecord =>
    placeholder ? { ordinal, id, item, placeholder } : { ordinal, id, item }

  const load = (catalogue: Catalogue, version: number): number[] => {
    const loaded: number[] = []
    for (const chunk of chunksOf(records.getRange({ start: 0 }), CHUNK)) {
      catalogue.apply(
        chunk.map(({ key, value }) => recordOf(key, value)),
        version,
      )
      for (const { key } of chunk) loaded.push(key)
    }
    return loaded
  }

  return {
    catalogueId: meta.get('catalogueId') as string,
    putItems: items => inChunks(items, chunk => change(chunk.map(item => ({ id: item.id, item })))),
    reserveItems: ids => {
      env.refresh()
      const strangers = [...new Set(ids)].filter(id => ordinals.get(id) === undefined)
      return inChunks(strangers, chunk => {
        const still = chunk.filter(id => ordinals.get(id) === undefined)
        change(still.map(id => ({ id, item: null, placeholder: true })))
      })
    },
    item: id => {
      env.refresh()
      return stored(id)?.item ?? undefined
    },
    items: (after, limit) => {
      env.refresh()
      const found: ItemRecord[] = []
      for (const { key, value } of records.getRange({ start: after + 1 })) {
        if (found.length >= limit) break
        if (value.item !== null) found.push(recordOf(key, value))
      }
      return found
    },
    deleteItems: async ids => {
      const deleted: string[] = []
      await inChunks(ids, chunk => {
        const there = [...new Set(chunk)].filter(id => stored(id)?.item)
        change(there.map(id => ({ id, item: null })))
        deleted.push(...there)
      })
      return deleted
    },
    putUsers: all =>
      inChunks(all, chunk => {
        for (const user of chunk) users.putSync(user.id, user)
      }),
    user: id => {
      env.refresh()
      return users.get(id)
    },
    users: (after, limit) => {
      env.refresh()
      const start = after === undefined ? {} : { start: after, exclusiveStart: true }
      return [...users.getRange({ ...start, limit })].map(({ value }) => value)
    },
    deleteUsers: async ids => {
      const deleted: string[] = []
      await inChunks(ids, chunk => {
        for (const id of new Set(chunk)) if (users.removeSync(id)) deleted.push(id)
      })
      return deleted
    },
    sync: catalogue => {
      env.refresh()
      const version = number('version')
      if (catalogue.version === version) return []
      if (catalogue.version === 0) return load(catalogue, version)
      const changed = [...changes.getRange({ start: catalogue.version + 1 })].map(
        ({ value }) => value,
      )
      catalogue.apply(
        changed.map(ordinal => recordOf(ordinal, records.get(ordinal)!)),
        version,
      )
      return changed
    },
    close: () => Promise.resolve(),
  }
}
