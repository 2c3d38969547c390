import { randomUUID } from 'node:crypto'
import {
  type Catalogue,
  ExploreError,
  type Item,
  type ItemRecord,
  type ProfileStore,
  type User,
} from '@explore/explore'
import { chunksOf } from '../chunks-of.ts'
import type { RedisLink } from './open-redis.ts'
import { script } from './script.ts'

/** Records in one call: Redis serves nobody else meanwhile. */
const CHUNK = 500

/** A record's state, the first character of its stored form; the rest is JSON: [id, item]. */
type Kind = 'item' | 'placeholder' | 'deleted'
const LETTERS: Record<Kind, string> = { item: 'I', placeholder: 'P', deleted: 'D' }

/**
 * Changes records, all or none: gives the next version to each, and an ordinal to an id that has none. What is reserved
 * must be unknown, what is deleted must be described; others are passed over. Returns the ids that changed.
 */
const CHANGE = script(`
local meta, ordinals, records, changes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local size = tonumber(redis.call('HGET', meta, 'size') or '0')
local version = tonumber(redis.call('HGET', meta, 'version') or '0')
local changed = {}
for at = 1, #ARGV, 2 do
  local id, record = ARGV[at], ARGV[at + 1]
  local kind = string.sub(record, 1, 1)
  local ordinal = redis.call('HGET', ordinals, id)
  local wanted = true
  if kind == 'P' then wanted = not ordinal
  elseif kind == 'D' then
    wanted = ordinal and string.sub(redis.call('HGET', records, ordinal), 1, 1) == 'I'
  end
  if wanted then
    if not ordinal then
      ordinal, size = string.format('%d', size), size + 1
      redis.call('HSET', ordinals, id, ordinal)
    end
    version = version + 1
    redis.call('HSET', records, ordinal, record)
    redis.call('ZADD', changes, string.format('%d', version), ordinal)
    changed[#changed + 1] = id
  end
end
redis.call('HSET', meta, 'size', string.format('%d', size), 'version', string.format('%d', version))
return changed
`)

/** The keys of items and users; all share a slot. */
export const catalogueKeys = ({ prefix }: Pick<RedisLink['target'], 'prefix'>) => {
  const base = `${prefix}:{catalogue}:`
  return {
    meta: `${base}meta`,
    ordinals: `${base}ordinals`,
    records: `${base}records`,
    changes: `${base}changes`,
    users: [`${base}users`, `${base}user-index`],
  } as const
}

export const PUT_USERS = script(`
for at = 1, #ARGV, 2 do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
  redis.call('ZADD', KEYS[2], 0, ARGV[at])
end
`)

const DELETE_USERS = script(`
local gone = {}
for _, id in ipairs(ARGV) do
  if redis.call('HDEL', KEYS[1], id) == 1 then
    redis.call('ZREM', KEYS[2], id)
    gone[#gone + 1] = id
  end
end
return gone
`)

/**
 * Items and users in Redis, in one slot. `changes` holds each ordinal once, by the version of its last change, so that a
 * replica at version v catches up by reading what is above v.
 */
export const openRedisProfileStore = async (link: RedisLink): Promise<ProfileStore> => {
  const { meta, ordinals, records, changes, users } = catalogueKeys(link.target)
  await link.send('HSETNX', meta, 'id', randomUUID())
  const catalogueId = `${(await link.send('HGET', meta, 'id')) as Buffer}`

  const inChunks = async (
    script: typeof CHANGE,
    keys: readonly string[],
    all: Iterable<readonly string[]>,
  ): Promise<string[]> => {
    const named: string[] = []
    for (const chunk of chunksOf(all, CHUNK)) {
      const reply = await link.run(script, keys, chunk.flat())
      for (const id of (reply as Buffer[] | null) ?? []) named.push(`${id}`)
    }
    return named
  }
  const change = (kind: Kind, all: readonly { readonly id: string; readonly item?: Item }[]) =>
    inChunks(
      CHANGE,
      [meta, ordinals, records, changes],
      all.map(({ id, item = null }) => [id, LETTERS[kind] + JSON.stringify([id, item])]),
    )

  const recordsOf = async (wanted: readonly (string | number)[]): Promise<ItemRecord[]> => {
    if (wanted.length === 0) return []
    const stored = (await link.send('HMGET', records, ...wanted)) as readonly (Buffer | null)[]
    return stored.flatMap((bytes, i) =>
      bytes === null ? [] : [recordOf(Number(wanted[i]), `${bytes}`)],
    )
  }
  const versionAndSize = async (): Promise<readonly [version: number, size: number]> => {
    const [id, version, size] = (await link.send(
      'HMGET',
      meta,
      ...['id', 'version', 'size'],
    )) as readonly (Buffer | null)[]
    if (`${id}` !== catalogueId) {
      throw new ExploreError(
        'STATE_BROKEN',
        `${link.target.name}: the catalogue is not the one that this process has opened`,
        { hint: 'the store was emptied or replaced: restore it, or start anew' },
      )
    }
    return [Number(version ?? 0), Number(size ?? 0)]
  }

  /** A first load takes the records by ordinal. Those that change meanwhile are in `changes` above `version`. */
  const load = async (catalogue: Catalogue, version: number, size: number): Promise<number[]> => {
    const loaded: number[] = []
    for (let at = 0; at < size; at += CHUNK) {
      const wanted = Array.from({ length: Math.min(CHUNK, size - at) }, (_, i) => at + i)
      catalogue.apply(await recordsOf(wanted), at + CHUNK < size ? 0 : version)
      loaded.push(...wanted)
    }
    return loaded
  }
  const follow = async (catalogue: Catalogue, version: number): Promise<number[]> => {
    const changed = new Set<number>()
    while (catalogue.version < version) {
      const reply = (await link.send(
        ...(['ZRANGE', changes, `(${catalogue.version}`, '+inf', 'BYSCORE'] as const),
        ...['LIMIT', 0, CHUNK, 'WITHSCORES'],
      )) as readonly Buffer[]
      const wanted = reply.filter((_, i) => i % 2 === 0).map(Number)
      // Each of the changes up to `version` has since given way to a later one, which the next call sees.
      const reached = wanted.length === 0 ? version : Number(reply.at(-1))
      catalogue.apply(await recordsOf(wanted), reached)
      for (const ordinal of wanted) changed.add(ordinal)
    }
    return [...changed]
  }

  return {
    catalogueId,
    putItems: async items => {
      await change(
        'item',
        items.map(item => ({ id: item.id, item })),
      )
    },
    reserveItems: async ids => {
      await change(
        'placeholder',
        ids.map(id => ({ id })),
      )
    },
    item: async id => {
      const ordinal = await link.send('HGET', ordinals, id)
      if (ordinal === null) return undefined
      const [record] = await recordsOf([`${ordinal as Buffer}`])
      return record?.item ?? undefined
    },
    items: async (after, limit) => {
      const [, size] = await versionAndSize()
      const found: ItemRecord[] = []
      for (let at = after + 1; at < size && found.length < limit; at += CHUNK) {
        const wanted = Array.from({ length: Math.min(CHUNK, size - at) }, (_, i) => at + i)
        found.push(...(await recordsOf(wanted)).filter(({ item }) => item !== null))
      }
      return found.slice(0, limit)
    },
    deleteItems: ids =>
      change(
        'deleted',
        ids.map(id => ({ id })),
      ),
    putUsers: async all => {
      await inChunks(
        PUT_USERS,
        users,
        all.map(user => [user.id, JSON.stringify(user)]),
      )
    },
    user: async id => {
      const stored = await link.send('HGET', users[0], id)
      return stored === null ? undefined : (JSON.parse(`${stored as Buffer}`) as User)
    },
    users: async (after, limit) => {
      const start = after === undefined ? '-' : `(${after}`
      const page = ['BYLEX', 'LIMIT', 0, limit] as const
      const ids = (await link.send('ZRANGE', users[1], start, '+', ...page)) as readonly Buffer[]
      if (ids.length === 0) return []
      const stored = (await link.send('HMGET', users[0], ...ids)) as readonly (Buffer | null)[]
      return stored.flatMap(user => (user === null ? [] : [JSON.parse(`${user}`) as User]))
    },
    deleteUsers: ids =>
      inChunks(
        DELETE_USERS,
        users,
        ids.map(id => [id]),
      ),
    sync: async catalogue => {
      const [version, size] = await versionAndSize()
      if (version === catalogue.version) return []
      if (catalogue.version === 0) return load(catalogue, version, size)
      return follow(catalogue, version)
    },
    close: async () => {},
  }
}

const recordOf = (ordinal: number, stored: string): ItemRecord => {
  const [id, item] = JSON.parse(stored.slice(1)) as [string, Item | null]
  const record = { ordinal, id, item }
  return stored.startsWith(LETTERS.placeholder) ? { ...record, placeholder: true } : record
}
