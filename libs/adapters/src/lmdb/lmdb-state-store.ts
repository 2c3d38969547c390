import { ExploreError, pastBoards, type StateStore } from '@explore/explore'
import { chunksOf } from '../chunks-of.ts'
import { counterRows } from './counter-rows.ts'
import { expiringValues } from './expiring-values.ts'
import { leaderboards } from './leaderboards.ts'
import { type LmdbEnvironment, metaOf } from './open-lmdb.ts'

/** Most members of a leaderboard. */
const BOARD_CAPACITY = 50_000
/** Changes in one transaction of work that need not be atomic: others write in between. */
const CHUNK = 1000

export interface LmdbStateOptions {
  readonly boardCapacity?: number
  /** Where single values go: one that is not durable spares each page a wait for the disk. Default `env`. */
  readonly fleeting?: LmdbEnvironment
}

/** Serving state in LMDB. Reads are synchronous and see all that was committed before them. */
export const lmdbStateStore = (
  env: LmdbEnvironment,
  { boardCapacity = BOARD_CAPACITY, fleeting = env }: LmdbStateOptions = {},
): StateStore => {
  const meta = metaOf(env)
  const users = env.table<Uint8Array, string>('users', { encoding: 'binary' })
  const counters = counterRows(env)
  const boards = leaderboards(env, boardCapacity)
  const lasting = expiringValues(env)
  const passing = fleeting === env ? lasting : expiringValues(fleeting)
  const watermark = (partition?: number): number =>
    (meta.get(watermarkKey(partition)) as number | undefined) ?? 0

  return {
    users: ids => {
      env.refresh()
      return ids.map(id => {
        const state = users.getBinaryFast(id)
        return state && new Uint8Array(state.subarray(0, state.length))
      })
    },
    userIds: (after, limit) => {
      env.refresh()
      const start = after === undefined ? {} : { start: after, exclusiveStart: true }
      return [...users.getKeys({ ...start, limit })]
    },
    counters: items => {
      env.refresh()
      return counters.read(items)
    },
    top: (board, n) => {
      env.refresh()
      return boards.top(board, n)
    },
    apply: write =>
      env.write(() => {
        const held = watermark(write.partition)
        if (held !== write.expected) {
          throw new ExploreError(
            'WATERMARK_MISMATCH',
            `the watermark is ${held}, not ${write.expected}`,
          )
        }
        for (const [user, state] of write.users) {
          if (state === undefined) users.removeSync(user)
          else users.putSync(user, state)
        }
        counters.add(write.counters)
        boards.add(write.boards)
        meta.putSync(watermarkKey(write.partition), write.watermark)
      }),
    watermark: partition => {
      env.refresh()
      return watermark(partition)
    },
    get: key => {
      fleeting.refresh()
      const value = passing.get(key)
      if (value !== undefined || passing === lasting) return value
      env.refresh()
      return lasting.get(key)
    },
    put: async (key, value, expires) => {
      await fleeting.write(() => passing.put(key, value, expires))
      // One key has one value, wherever it was put before.
      if (passing !== lasting && lasting.has(key)) await env.write(() => lasting.remove(key))
    },
    putMany: async (entries, expires) => {
      for (const chunk of chunksOf(entries, CHUNK)) {
        await env.write(() => {
          for (const [key, value] of chunk) lasting.put(key, value, expires)
        })
        if (passing === lasting) continue
        await fleeting.write(() => {
          for (const [key] of chunk) passing.remove(key)
        })
      }
    },
    keys: async function* (prefix) {
      for (const each of passing === lasting ? [env] : [env, fleeting]) each.refresh()
      yield* lasting.keys(prefix)
      if (passing !== lasting) yield* passing.keys(prefix)
    },
    remove: async keys => {
      await env.write(() => keys.forEach(lasting.remove))
      if (passing !== lasting) await fleeting.write(() => keys.forEach(passing.remove))
    },
    sweep: async now => {
      env.refresh()
      for (const board of pastBoards(boards.names())) {
        while (!(await env.write(() => boards.shrink(board, CHUNK)))) continue
      }
      const swept = await expire(env, lasting, now)
      return passing === lasting ? swept : swept + (await expire(fleeting, passing, now))
    },
    close: () => Promise.resolve(),
  }
}

const watermarkKey = (partition = 0): string =>
  partition === 0 ? 'watermark' : `watermark.${partition}`

/** Removes all values that have expired by `now`; returns how many. */
const expire = async (
  env: LmdbEnvironment,
  values: ReturnType<typeof expiringValues>,
  now: number,
): Promise<number> => {
  let gone = 0
  for (let more = CHUNK; more === CHUNK; gone += more) {
    more = await env.write(() => values.expire(now, CHUNK))
  }
  return gone
}
