import { COUNTERS, pastBoards, type StateStore } from '@explore/explore'
import { applyWrite } from './apply-script.ts'
import { itemOf, memberOf } from './board-member.ts'
import { currentGeneration, type Generation, type Keys, keysOf } from './generation.ts'
import { murmur2 } from './murmur2.ts'
import type { RedisLink, Reply } from './open-redis.ts'
import { script } from './script.ts'
import { globless, scanned } from './scanned.ts'
import { type BoardPart, type Ranked, topOfSums } from './top-of-sums.ts'

/** Most members of a leaderboard in one shard. */
const BOARD_CAPACITY = 50_000
/** How old a process lets its knowledge of the generation that serves get. */
export const GENERATION_MS = 500
/** Values that are on their way at once. */
const CHUNK = 500

export interface RedisStateOptions {
  readonly boardCapacity?: number
  /** Keeps to one generation, as a rebuild does. Default: the one that serves. */
  readonly generation?: Generation
  /** A clock that only moves forward, in milliseconds. */
  readonly monotonic?: () => number
}

/**
 * Serving state in Redis or Redis Cluster. Each log partition writes to one shard, at once and with its watermark, so a
 * batch needs no second slot; counters and boards are therefore sums over the shards, taken when they are read.
 */
export const redisStateStore = (
  link: RedisLink,
  {
    boardCapacity = BOARD_CAPACITY,
    generation,
    monotonic = () => performance.now(),
  }: RedisStateOptions = {},
): StateStore => {
  const { prefix } = link.target
  const valueKey = (key: string): string => `${prefix}:v:${key}`
  let keys = generation && keysOf(prefix, generation)
  let serving: Generation | undefined = generation
  let asked = -Infinity

  /** The keys in use, asked for again now and then, or at once. */
  const current = async (atOnce = false): Promise<Keys> => {
    if (keys !== undefined && (generation || (!atOnce && monotonic() - asked < GENERATION_MS))) {
      return keys
    }
    const now = monotonic()
    const found = await currentGeneration(link)
    if (found.number !== serving?.number) keys = keysOf(prefix, (serving = found))
    asked = now
    return keys!
  }
  const shardsOf = ({ shards }: Keys): readonly number[] =>
    Array.from({ length: shards }, (_, i) => i)
  const eachShard = <T>(keys: Keys, ask: (shard: number) => Promise<T>): Promise<T[]> =>
    Promise.all(shardsOf(keys).map(ask))

  /**
   * A user is where the log's partition is. That is where Kafka's own partitioner puts the id when the partitions are a
   * multiple of the shards; else, or where a producer has another, the other shards are asked.
   */
  const states = async (keys: Keys, ids: readonly string[]): Promise<readonly Reply[]> => {
    const found: Reply[] = Array.from({ length: ids.length }, () => null)
    const fetch = async (shard: number, rows: readonly number[]): Promise<void> => {
      if (rows.length === 0) return
      const replies = await link.send('MGET', ...rows.map(row => keys.user(shard, ids[row]!)))
      for (const [i, reply] of (replies as Reply[]).entries()) found[rows[i]!] ??= reply
    }
    const rows = Array.from(ids.keys())
    const guess = (row: number): number => murmur2(ids[row]!) % keys.shards
    const guessed = Map.groupBy(rows, guess)
    await Promise.all(Array.from(guessed, ([shard, rows]) => fetch(shard, rows)))
    if (keys.shards === 1) return found
    const missing = rows.filter(row => found[row] === null)
    await eachShard(keys, shard =>
      fetch(
        shard,
        missing.filter(row => guess(row) !== shard),
      ),
    )
    return found
  }

  const part = (board: string): BoardPart => ({
    best: async n =>
      ranked((await link.send('ZREVRANGE', board, 0, n - 1, 'WITHSCORES')) as Buffer[]),
    scores: async items => {
      if (items.length === 0) return []
      const scores = await link.send('ZMSCORE', board, ...items.map(memberOf))
      return (scores as (Buffer | null)[]).map(score => (score === null ? 0 : Number(score)))
    },
  })

  const put = async (key: string, value: Uint8Array, expires?: number): Promise<void> => {
    const until = expires === undefined ? [] : ['PXAT', Math.max(1, Math.ceil(expires))]
    await link.send('SET', valueKey(key), value, ...until)
  }

  return {
    users: async ids => {
      if (ids.length === 0) return []
      const found = await states(await current(), ids)
      return found.map(bytes => (bytes === null ? undefined : new Uint8Array(bytes as Buffer)))
    },
    userIds: async (after, limit) => {
      const keys = await current()
      const start = after === undefined ? '-' : `(${after}`
      const pages = await eachShard(keys, async shard => {
        const page: string[] = []
        for (let from = start; page.length < limit;) {
          const [seen, there] = (await link.run(
            USERS,
            [keys.index(shard), keys.user(shard, '')],
            [from, limit - page.length],
          )) as [Buffer[], Buffer[]]
          page.push(...there.map(String))
          if (seen.length === 0) break
          from = `(${seen.at(-1)!}`
        }
        return page
      })
      return [...new Set(pages.flat())].sort().slice(0, limit)
    },
    counters: async items => {
      const sums = new Float64Array(items.length * COUNTERS)
      if (items.length === 0) return sums
      const keys = await current()
      const parts = await eachShard(keys, shard =>
        link.send('MGET', ...Array.from(items, item => keys.counters(shard, item))),
      )
      for (const rows of parts as (Buffer | null)[][]) {
        for (const [i, row] of rows.entries()) if (row !== null) add(sums, i * COUNTERS, row)
      }
      return sums
    },
    top: async (board, n) => {
      const keys = await current()
      const { items, scores } = await topOfSums(
        shardsOf(keys).map(shard => part(keys.board(shard, board))),
        n,
      )
      return { items: Uint32Array.from(items), scores: Float64Array.from(scores) }
    },
    apply: async write => applyWrite(link, await current(), write, boardCapacity),
    watermark: async (partition = 0) => {
      const keys = await current(true)
      const stored = await link.send('HGET', keys.watermarks(partition % keys.shards), partition)
      return Number(stored ?? 0)
    },
    get: async key => {
      const value = await link.send('GET', valueKey(key))
      return value === null ? undefined : new Uint8Array(value as Buffer)
    },
    put,
    putMany: async (entries, expires) => {
      let sent: Promise<void>[] = []
      for (const [key, value] of entries) {
        if (sent.push(put(key, value, expires)) < CHUNK) continue
        await Promise.all(sent)
        sent = []
      }
      await Promise.all(sent)
    },
    keys: async function* (prefix) {
      const base = valueKey('')
      const match = `${globless(base + prefix)}*`
      const found = await link.each(send => scanned(send, match))
      for (const key of found.flat()) yield key.slice(base.length)
    },
    remove: async keys => {
      await Promise.all(keys.map(key => link.send('UNLINK', valueKey(key))))
    },
    // Redis lets values expire by itself.
    sweep: async () => {
      const keys = await current()
      const names = await eachShard(keys, async shard =>
        ((await link.send('SMEMBERS', keys.boards(shard))) as Buffer[]).map(String),
      )
      const past = pastBoards([...new Set(names.flat())])
      await eachShard(keys, async shard => {
        const mine = past.filter(name => names[shard]!.includes(name))
        if (mine.length === 0) return
        await link.send('UNLINK', ...mine.map(name => keys.board(shard, name)))
        await link.send('SREM', keys.boards(shard), ...mine)
      })
      return 0
    },
    close: async () => {},
  }
}

/** A page of the index, and those of it who have a state: the others' has expired, and they leave the index. */
const USERS = script(`
local seen = redis.call('ZRANGE', KEYS[1], ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])
local there = {}
for _, id in ipairs(seen) do
  if redis.call('EXISTS', KEYS[2] .. id) == 1 then there[#there + 1] = id
  else redis.call('ZREM', KEYS[1], id) end
end
return {seen, there}
`)

const ranked = (reply: readonly Buffer[]): Ranked => {
  const items: number[] = []
  const scores: number[] = []
  for (let i = 0; i < reply.length; i += 2) {
    items.push(itemOf(reply[i]!))
    scores.push(Number(reply[i + 1]))
  }
  return { items, scores }
}

/** Adds a stored row to the one at `at`; a row of fewer or more fields is another version's. */
const add = (sums: Float64Array, at: number, row: Buffer): void => {
  const fields = Math.min(COUNTERS, row.length >> 3)
  for (let field = 0; field < fields; field++) sums[at + field]! += row.readDoubleLE(field * 8)
}
