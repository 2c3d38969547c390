import { existsSync, readdirSync } from 'node:fs'
import { copyFile, cp, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  loadRedisProfiles,
  loadSnapshot,
  orDiskFull,
  sync,
  usableSnapshot,
} from '@explore/adapters'
import { ExploreError, lagOf, type StateStore } from '@explore/explore'
import type { Home } from '../home.ts'
import { foldLog } from '../jobs/fold-log.ts'
import { lockHome } from '../lock.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { addressesOf, openStores } from '../stores.ts'
import { type BackupManifest, checkBackup, FILES, layoutOf } from './backup-manifest.ts'

export interface RestoreReport {
  readonly createdAt: number
  readonly bundle: string | null
  /** What was restored. */
  readonly parts: readonly ('home' | 'redis')[]
  /** Events that were folded on top of it, and those that stream processors have yet to. */
  readonly caughtUp: number
  readonly lag: number
}

/**
 * Puts a backup into an empty home, and what was in Redis into an empty Redis (or only into one of the two), then folds
 * on what the log has beyond it. Nothing may serve meanwhile. Throws what `checkBackup` throws, USAGE for stores that are
 * laid out otherwise, RESTORE_OCCUPIED where there is something already.
 */
export const restore = async (
  home: Home,
  from: string,
  { only }: { readonly only?: 'home' | 'redis' },
  progress: Progress,
): Promise<RestoreReport> => {
  progress('restore', 0, 'checksums')
  const manifest = await checkBackup(from)
  expectLayout(manifest)
  const inRedis = manifest.layout.state === 'redis' || manifest.layout.profiles === 'redis'
  const parts = (['home', 'redis'] as const).filter(
    part => (only ?? part) === part && (part === 'home' || inRedis),
  )
  if (parts.length === 0) throw new ExploreError('USAGE', 'this backup has nothing of a Redis')
  const lock = await lockHome(home, 'restore')
  try {
    if (parts.includes('home')) {
      expectEmpty(home)
      progress('restore', 0.2, 'the home')
      await restoreHome(home, from)
    }
    if (parts.includes('redis')) {
      progress('restore', 0.5, 'Redis')
      await restoreRedis(home, from, manifest)
    }
    const stores = await openStores(home)
    try {
      progress('restore', 0.8, 'what came since')
      // Of a bus, stream processors do this: they also put aside what is no event.
      const onBus = manifest.layout.events === 'kafka'
      const settings = loadSettings(home.settings, process.env)
      const caughtUp = onBus ? 0 : await foldLog(stores, settings, () => {})
      const lag = await lagOf(stores.log, stores.state)
      const { createdAt, bundle } = manifest
      return { createdAt, bundle, parts, caughtUp, lag }
    } finally {
      await stores.close()
    }
  } catch (error) {
    return orDiskFull(error)
  } finally {
    await lock.release()
  }
}

const VARIABLES = { events: 'EXPLORE_EVENTS', state: 'EXPLORE_STATE', profiles: 'EXPLORE_PROFILES' }

const expectLayout = ({ layout }: BackupManifest): void => {
  const here = layoutOf(addressesOf(process.env))
  if (isDeepStrictEqual(layout, here)) return
  const differing = (['events', 'state', 'profiles'] as const).filter(
    what => layout[what] !== here[what],
  )
  const words = differing.map(
    what => `${VARIABLES[what]} is of the ${here[what]}, not of ${layout[what]}`,
  )
  throw new ExploreError('USAGE', `this backup is of stores elsewhere: ${words.join('; ')}`, {
    hint: 'set the addresses as they were when it was taken; events from a bus come from its own log',
  })
}

const expectEmpty = ({ path, db, bundles }: Home): void => {
  const there = [join(db, 'data.mdb')].filter(file => existsSync(file))
  if (there.length > 0 || readdirSync(bundles).length > 0) {
    throw new ExploreError('RESTORE_OCCUPIED', `${path} is a home already`, { field: 'home' })
  }
}

/** The database comes last, by a rename: what was cut short before it is no home. */
const restoreHome = async (home: Home, from: string): Promise<void> => {
  await mkdir(home.bundles, { recursive: true })
  await cp(join(from, FILES.bundles), home.bundles, { recursive: true })
  for (const name of FILES.plain) {
    if (existsSync(join(from, name))) await copyFile(join(from, name), join(home.path, name))
  }
  const part = join(home.db, 'data.mdb.part')
  await copyFile(join(from, FILES.db, 'data.mdb'), part)
  await sync(part)
  await rename(part, join(home.db, 'data.mdb'))
  await sync(home.db)
}

const restoreRedis = async (
  home: Home,
  from: string,
  { layout }: BackupManifest,
): Promise<void> => {
  const { profiles: address } = addressesOf(process.env)
  if (layout.profiles === 'redis') await loadRedisProfiles(address, join(from, FILES.profiles))
  if (layout.state !== 'redis') return
  const { log, state, profiles, close } = await openStores(home)
  try {
    await expectNoState(state, log.partitions)
    const settings = loadSettings(home.settings, process.env)
    const path = join(from, FILES.state)
    const head = await usableSnapshot(path, { log, profiles, settings })
    await loadSnapshot(path, head, state)
  } finally {
    await close()
  }
}

const expectNoState = async (state: StateStore, partitions: number): Promise<void> => {
  const users = await state.userIds(undefined, 1)
  const marks = await Promise.all(
    Array.from({ length: partitions }, async (_, p) => state.watermark(p)),
  )
  if (users.length === 0 && marks.every(mark => mark === 0)) return
  throw new ExploreError('RESTORE_OCCUPIED', 'the Redis of EXPLORE_STATE holds a state already')
}
