import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  Catalogue,
  COUNTERS,
  type EventLog,
  processor,
  type ProfileStore,
  type Settings,
} from '@explore/explore'
import { chunksOf } from '../chunks-of.ts'
import { leaderboards } from '../lmdb/leaderboards.ts'
import { lmdbStateStore } from '../lmdb/lmdb-state-store.ts'
import { openLmdb } from '../lmdb/open-lmdb.ts'
import { loadPartition } from './load-snapshot.ts'
import { type SnapshotRow, writeSnapshot } from './snapshot-file.ts'
import { foldSettings, usableSnapshot } from './usable-snapshot.ts'

export interface FoldParts {
  readonly log: EventLog
  readonly profiles: ProfileStore
  readonly settings: Settings
  /** A folder with room for the state of one partition. */
  readonly scratch: string
  /** An earlier snapshot to go on from. Default: the log's start. */
  readonly from?: string
  readonly now: () => number
  readonly onProgress?: (folded: number, of: number) => void
  readonly signal?: AbortSignal
}

export interface SnapshotReport {
  readonly path: string
  readonly users: number
  /** Events that the snapshot stands for, and how many of them were folded for it. */
  readonly events: number
  readonly folded: number
}

const BATCH = 5000
const USERS = 500
const ITEMS = 1000
/** As many as a board holds. */
const MEMBERS = 50_000

/**
 * Folds the log up to its present end into a file. Nobody else has a hand in that fold, so the snapshot is of one moment
 * whatever store serves and whoever writes to it meanwhile. Throws what reading `from` throws, and DISK_FULL.
 */
export const foldSnapshot = async (path: string, parts: FoldParts): Promise<SnapshotReport> => {
  const { log, profiles, settings, now } = parts
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition)
  const watermarks = await Promise.all(partitions.map(async partition => log.end(partition)))
  const start = parts.from === undefined ? undefined : await usableSnapshot(parts.from, parts)
  const catalogue = new Catalogue()
  await profiles.sync(catalogue)
  const events = watermarks.reduce((sum, end) => sum + end, 0)
  const tally = { users: 0, folded: 0 }

  const rows = async function* (): AsyncGenerator<SnapshotRow> {
    for (const partition of partitions) {
      const folder = await mkdtemp(join(parts.scratch, 'snapshot-'))
      const env = openLmdb(folder, { durable: false })
      try {
        const state = lmdbStateStore(env)
        if (start !== undefined) await loadPartition(parts.from!, start, partition, state)
        const stream = processor({ log, state, profiles, catalogue, settings, partition })
        const end = watermarks[partition]!
        for (let at = await state.watermark(partition); at < end; at = stream.watermark()) {
          parts.signal?.throwIfAborted()
          const taken = await stream.step(Math.min(BATCH, end - at))
          if (taken === 0) break
          tally.folded += taken
          parts.onProgress?.(tally.folded, events)
        }
        for await (const row of rowsOf(env, partition, catalogue.size)) {
          if (row[0] === 'user') tally.users++
          yield row
        }
      } finally {
        await env.close()
        await rm(folder, { recursive: true, force: true })
      }
    }
  }
  const { catalogueId } = profiles
  const head = { createdAt: now(), catalogueId, watermarks, fold: foldSettings(settings) }
  await writeSnapshot(path, { snapshot: 1, ...head }, rows())
  return { path, events, ...tally }
}

/** All that is folded of a partition, from the store that holds nothing else. */
async function* rowsOf(
  env: ReturnType<typeof openLmdb>,
  partition: number,
  items: number,
): AsyncGenerator<SnapshotRow> {
  const state = lmdbStateStore(env)
  for (let after: string | undefined; ;) {
    const ids = await state.userIds(after, USERS)
    if (ids.length === 0) break
    after = ids.at(-1)
    const states = await state.users(ids)
    for (const [i, id] of ids.entries()) {
      yield ['user', partition, id, Buffer.from(states[i]!).toString('base64')]
    }
  }
  for (let first = 0; first < items; first += ITEMS) {
    const asked = Uint32Array.from({ length: Math.min(ITEMS, items - first) }, (_, i) => first + i)
    const rows = await state.counters(asked)
    for (const [i, item] of asked.entries()) {
      const row = rows.subarray(i * COUNTERS, (i + 1) * COUNTERS)
      if (row.some(value => value !== 0)) yield ['counters', partition, item, [...row]]
    }
  }
  for (const name of leaderboards(env, MEMBERS).names()) {
    const { items, scores } = await state.top(name, MEMBERS)
    const members = Array.from(items, (item, i) => [item, scores[i]!] as const)
    for (const chunk of chunksOf(members, ITEMS)) yield ['board', partition, name, chunk]
  }
}
