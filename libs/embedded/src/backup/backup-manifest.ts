import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { sha256 } from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import { type addressesOf, HOME } from '../stores.ts'

export const BACKUP = 'backup.json'
/** Raise it when an older version must not restore. */
export const BACKUP_VERSION = 1
/** Names in the backup. */
export const FILES = {
  db: 'db',
  bundles: 'bundles',
  /** The fold of the log, where the state is in Redis. */
  state: 'state.snapshot',
  /** Items and users, where they are in Redis. */
  profiles: 'profiles.zst',
  /** Of the home, as they are. */
  plain: ['settings.json', 'keys.json', 'key.pem'],
} as const

/** Where a store is: a backup fits only what is laid out as what it was taken of. */
export interface Layout {
  readonly events: 'home' | 'kafka'
  readonly state: 'home' | 'redis'
  readonly profiles: 'home' | 'redis'
}

/** What a backup says of itself. */
export interface BackupManifest {
  readonly backup: typeof BACKUP_VERSION
  readonly createdAt: number
  readonly layout: Layout
  readonly catalogueId: string
  /** Up to where each partition of the log is in the backup's state; the log is folded on from there. */
  readonly watermarks: readonly number[]
  readonly bundle: string | null
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
}

export const layoutOf = (addresses: ReturnType<typeof addressesOf>): Layout => ({
  events: addresses.events === HOME ? 'home' : 'kafka',
  state: addresses.state === HOME ? 'home' : 'redis',
  profiles: addresses.profiles === HOME ? 'home' : 'redis',
})

/** Size and checksum of each file below a folder. */
export const filesOf = async (folder: string): Promise<BackupManifest['files']> => {
  const files: Record<string, { bytes: number; sha256: string }> = {}
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter(entry => entry.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path).split('\\').join('/')
    files[name] = { bytes: (await stat(path)).size, sha256: await sha256(path) }
  }
  return files
}

/** Reads all of a backup. Throws USAGE where there is none, STATE_NEWER, or BACKUP_BROKEN naming what is not as it was written. */
export const checkBackup = async (folder: string): Promise<BackupManifest> => {
  const manifest = readManifest(folder)
  for (const [name, { bytes, sha256: sum }] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const size = await stat(path).then(
      file => file.size,
      () => undefined,
    )
    if (size === undefined) throw broken(name, 'is missing')
    if (size !== bytes) throw broken(name, `has ${size} of ${bytes} bytes`)
    if ((await sha256(path)) !== sum) throw broken(name, 'was changed')
  }
  return manifest
}

const readManifest = (folder: string): BackupManifest => {
  let text: string
  try {
    text = readFileSync(join(folder, BACKUP), 'utf8')
  } catch (cause) {
    const hint = 'name the folder that `explore backup` has written'
    throw new ExploreError('USAGE', `${folder} is no backup: it has no ${BACKUP}`, { hint, cause })
  }
  let manifest: BackupManifest
  try {
    manifest = JSON.parse(text) as BackupManifest
  } catch (cause) {
    throw broken(BACKUP, 'is no JSON', cause)
  }
  if (manifest.backup > BACKUP_VERSION) {
    const message = `${folder} has version ${manifest.backup}, this reads ${BACKUP_VERSION}`
    throw new ExploreError('STATE_NEWER', message, {
      hint: 'restore it by the version that made it',
    })
  }
  if (manifest.backup !== BACKUP_VERSION || typeof manifest.files !== 'object') {
    throw broken(BACKUP, 'is not what a backup has')
  }
  return manifest
}

const broken = (name: string, what: string, cause?: unknown): ExploreError =>
  new ExploreError('BACKUP_BROKEN', `${name} ${what}`, { field: name, cause })
