import { setTimeout as sleep } from 'node:timers/promises'
import {
  Catalogue,
  decodeUserState,
  encodeUserState,
  type EventLog,
  ExploreError,
  lagOf,
  processor,
  type ProfileStore,
  type Settings,
  type StateStore,
} from '@explore/explore'
import { chunksOf } from '../chunks-of.ts'
import { loadSnapshot } from '../snapshot/load-snapshot.ts'
import { usableSnapshot } from '../snapshot/usable-snapshot.ts'
import { claimFormat } from './claim-format.ts'
import { currentGeneration, flipGeneration, type Generation, keysOf } from './generation.ts'
import { openRedis, type RedisLink } from './open-redis.ts'
import { GENERATION_MS, redisStateStore } from './redis-state-store.ts'
import { scanned } from './scanned.ts'

export interface RebuildParts {
  readonly log: EventLog
  readonly profiles: ProfileStore
  readonly settings: Settings
  /** Hash-tagged parts of the new generation. Default: as many as now. */
  readonly shards?: number
  /** A file to go on from. Default: the log's start. */
  readonly snapshot?: string
  readonly onProgress?: (folded: number, of: number) => void
  readonly signal?: AbortSignal
}

export interface RebuildReport {
  readonly generation: number
  readonly events: number
  /** Users looked at in both generations, and those whose state was another before. */
  readonly compared: number
  readonly differed: number
}

const BATCH = 2000
const SAMPLE = 1000
/** Events behind which the new generation may be when it begins to serve: some milliseconds of folding. */
const CLOSE = 200

/**
 * Folds the log, from its start or from a snapshot, into a generation beside the one that serves, verifies it and makes it serve; then drops
 * the old one. Nothing stops meanwhile: until every process has noticed, both are kept up to date, as any number of
 * writers may be. What goes wrong before the pointer is moved leaves the serving generation as it was.
 */
export const rebuildRedis = async (url: string, parts: RebuildParts): Promise<RebuildReport> => {
  const link = await openRedis(url)
  try {
    await claimFormat(link)
    const old = await currentGeneration(link)
    const next = { number: old.number + 1, shards: parts.shards ?? old.shards }
    // What an earlier rebuild has left, should it have been stopped.
    await drop(link, next)
    const [before, after] = [old, next].map(generation => redisStateStore(link, { generation }))
    if (parts.snapshot !== undefined) {
      const head = await usableSnapshot(parts.snapshot, parts)
      await loadSnapshot(parts.snapshot, head, after!)
    }
    const ends = await endsOf(parts.log)
    const fold = folderOf(parts, after!)
    await fold(CLOSE)
    const compared = await verify(before!, after!, ends)
    if (!(await flipGeneration(link, old, next))) {
      throw new ExploreError('STATE_BROKEN', 'another rebuild has moved the pointer meanwhile')
    }
    await both([folderOf(parts, before!), fold], 4 * GENERATION_MS)
    await drop(link, old)
    return {
      generation: next.number,
      events: ends.reduce((sum, end) => sum + end, 0),
      ...compared,
    }
  } finally {
    await link.close()
  }
}

const endsOf = (log: EventLog): Promise<readonly number[]> =>
  Promise.all(Array.from({ length: log.partitions }, async (_, p) => log.end(p)))

/** Folds into a store until at most `close` events are left. */
const folderOf = (parts: RebuildParts, state: StateStore) => {
  const { log, profiles, settings, onProgress, signal } = parts
  const catalogue = new Catalogue()
  const streams = Array.from({ length: log.partitions }, (_, partition) =>
    processor({ log, state, profiles, catalogue, settings, partition }),
  )
  return async (close: number): Promise<void> => {
    do {
      for (const stream of streams) {
        signal?.throwIfAborted()
        await stream.step(BATCH)
      }
      const folded = streams.reduce((sum, stream) => sum + stream.watermark(), 0)
      onProgress?.(folded, folded + (await lagOf(log, state)))
    } while ((await lagOf(log, state)) > close)
  }
}

/** Keeps the folds up to date for `ms`. */
const both = async (
  folds: readonly ((close: number) => Promise<void>)[],
  ms: number,
): Promise<void> => {
  const until = performance.now() + ms
  while (performance.now() < until) {
    for (const fold of folds) await fold(Infinity)
    await sleep(20)
  }
}

/** Throws STATE_BROKEN where the new generation lacks what the log had when the rebuild began, or cannot be read. */
const verify = async (
  before: StateStore,
  after: StateStore,
  ends: readonly number[],
): Promise<{ readonly compared: number; readonly differed: number }> => {
  for (const [partition, end] of ends.entries()) {
    const watermark = await after.watermark(partition)
    if (watermark >= end - CLOSE) continue
    throw new ExploreError('STATE_BROKEN', `partition ${partition} is folded up to ${watermark}`)
  }
  const ids = await after.userIds(undefined, SAMPLE)
  const [was, is] = [await before.users(ids), await after.users(ids)]
  for (const state of is) decodeUserState(state!)
  const differed = ids.filter((_, i) => was[i] === undefined || !alike(was[i], is[i]!))
  return { compared: ids.length, differed: differed.length }
}

/** Whether two states say the same, whichever version wrote them. */
const alike = (was: Uint8Array, is: Uint8Array): boolean => {
  if (Buffer.compare(was, is) === 0) return true
  try {
    return Buffer.compare(encodeUserState(decodeUserState(was)), is) === 0
  } catch {
    return false
  }
}

/** Removes a generation's keys, a few at a time. */
const drop = async (link: RedisLink, generation: Generation): Promise<void> => {
  const match = keysOf(link.target.prefix, generation).pattern
  await link.each(async send => {
    for (const keys of chunksOf(await scanned(send, match), 1000)) {
      await Promise.all(keys.map(key => send('UNLINK', key)))
    }
  })
}
