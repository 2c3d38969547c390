import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  dumpRedisProfiles,
  foldSnapshot,
  openLmdb,
  orDiskFull,
  pointers,
  readHead,
  sync,
  writeDurably,
} from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import { type Home, scratchFolder } from '../home.ts'
import { listSnapshots } from '../jobs/snapshots.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { addressesOf, type EmbeddedStores, openStores } from '../stores.ts'
import {
  BACKUP,
  BACKUP_VERSION,
  type BackupManifest,
  FILES,
  filesOf,
  layoutOf,
} from './backup-manifest.ts'

export interface BackupReport {
  readonly folder: string
  readonly bytes: number
  readonly files: number
  /** Events that its state stands for. */
  readonly events: number
  readonly bundle: string | null
}

/**
 * Copies all that cannot be made anew into a new folder, while everything serves: the home's LMDB as of one moment, the
 * fold of the log where the state is in Redis, items and users, bundles, settings, keys. The folder is there whole or not
 * at all. Throws FIELD_INVALID for one that exists, DISK_FULL.
 */
export const backUp = async (
  home: Home,
  to: string,
  { wall, signal }: { readonly wall: () => number; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<BackupReport> => {
  const folder = resolve(to)
  if (existsSync(folder)) {
    const hint = 'name a folder that does not exist yet'
    throw new ExploreError('FIELD_INVALID', `${folder} is there already`, { field: 'to', hint })
  }
  const part = `${folder}.part`
  const addresses = addressesOf(process.env)
  const stores = await openStores(home)
  try {
    await rm(part, { recursive: true, force: true })
    await mkdir(part, { recursive: true, mode: 0o700 })
    const layout = layoutOf(addresses)
    progress('backup', 0, 'state')
    // In this order what a later part numbers or has folded is at least what an earlier one refers to.
    const folded =
      layout.state === 'redis' ? await foldInto(part, home, stores, { wall, signal }) : undefined
    const watermarks = folded ?? (await watermarksOf(stores))
    progress('backup', 0.4, 'the home')
    await copyLmdb(home, part)
    if (layout.profiles === 'redis') {
      await dumpRedisProfiles(addresses.profiles, join(part, FILES.profiles))
    }
    signal?.throwIfAborted()
    progress('backup', 0.6, 'bundles')
    const bundle = await copyBundles(home, part)
    for (const name of FILES.plain) await copyWhereThere(join(home.path, name), join(part, name))
    progress('backup', 0.8, 'checksums')
    const files = await filesOf(part)
    const manifest: BackupManifest = {
      ...{ backup: BACKUP_VERSION, createdAt: wall(), layout, files, watermarks, bundle },
      catalogueId: stores.profiles.catalogueId,
    }
    await writeDurably(join(part, BACKUP), JSON.stringify(manifest, null, 2))
    for (const name of Object.keys(files)) await sync(join(part, name))
    await rename(part, folder)
    await sync(dirname(folder))
    return {
      ...{ folder, bundle, files: Object.keys(files).length },
      bytes: Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0),
      events: watermarks.reduce((sum, watermark) => sum + watermark, 0),
    }
  } catch (error) {
    await rm(part, { recursive: true, force: true })
    return orDiskFull(error)
  } finally {
    await stores.close()
  }
}

const watermarksOf = ({ log, state }: EmbeddedStores): Promise<readonly number[]> =>
  Promise.all(Array.from({ length: log.partitions }, async (_, p) => state.watermark(p)))

/** Redis is not asked for its states: the fold of the log is the same, and of one moment. */
const foldInto = async (
  part: string,
  home: Home,
  { log, profiles }: EmbeddedStores,
  { wall, signal }: { readonly wall: () => number; readonly signal: AbortSignal | undefined },
): Promise<readonly number[]> => {
  const latest = (await listSnapshots(home)).at(-1)
  const path = join(part, FILES.state)
  await foldSnapshot(path, {
    ...{ log, profiles, settings: loadSettings(home.settings, process.env) },
    ...{ scratch: scratchFolder(home), now: wall },
    ...(latest && { from: latest.path }),
    ...(signal && { signal }),
  })
  return (await readHead(path)).watermarks
}

const copyLmdb = async (home: Home, part: string): Promise<void> => {
  const to = join(part, FILES.db)
  await mkdir(to)
  const env = openLmdb(home.db)
  try {
    await env.backup(to)
  } finally {
    await env.close()
  }
}

/** The bundle that serves and the one before, with the history; others have had their time. */
const copyBundles = async (home: Home, part: string): Promise<string | null> => {
  const to = join(part, FILES.bundles)
  await mkdir(to)
  const { current, previous } = await pointers(home.bundles)
  for (const id of new Set([current, previous])) {
    if (id !== undefined) await cp(join(home.bundles, id), join(to, id), { recursive: true })
  }
  // Not copied: a promotion meanwhile would leave them at a bundle that is not in the backup.
  if (current !== undefined) await writeDurably(join(to, 'current'), current)
  if (previous !== undefined) await writeDurably(join(to, 'previous'), previous)
  await copyWhereThere(join(home.bundles, 'history.jsonl'), join(to, 'history.jsonl'))
  return current ?? null
}

const copyWhereThere = async (from: string, to: string): Promise<void> => {
  if (existsSync(from)) await copyFile(from, to)
}
