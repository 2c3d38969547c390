import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { foldSnapshot, readHead, type SnapshotReport } from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import { type Home, scratchFolder } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'

/** A snapshot of the home's. */
export interface SnapshotEntry {
  readonly name: string
  readonly path: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Events that it stands for. */
  readonly events: number
}

const SUFFIX = '.snapshot'

/**
 * Folds the log up to its present end into a file of the home, on from its latest snapshot, or from the log's start where
 * there is none or `whole` is asked for. Nothing that serves is touched.
 */
export const writeHomeSnapshot = async (
  home: Home,
  {
    whole = false,
    now,
    signal,
  }: { readonly whole?: boolean; readonly now: number; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<SnapshotReport> => {
  mkdirSync(home.snapshots, { recursive: true })
  const latest = whole ? undefined : (await listSnapshots(home)).at(-1)
  const stores = await openStores(home)
  try {
    const name = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
    return await foldSnapshot(join(home.snapshots, `${name}${SUFFIX}`), {
      ...{ log: stores.log, profiles: stores.profiles },
      settings: loadSettings(home.settings, process.env),
      scratch: scratchFolder(home),
      now: () => now,
      ...(latest && { from: latest.path }),
      onProgress: (folded, of) => progress('snapshot', folded / of, `${folded} of ${of} events`),
      ...(signal && { signal }),
    })
  } finally {
    await stores.close()
  }
}

/** The home's snapshots, oldest first. */
export const listSnapshots = async (home: Home): Promise<readonly SnapshotEntry[]> => {
  mkdirSync(home.snapshots, { recursive: true })
  const files = readdirSync(home.snapshots).filter(file => file.endsWith(SUFFIX))
  return Promise.all(
    files.sort().map(async file => {
      const path = join(home.snapshots, file)
      const { createdAt, watermarks } = await readHead(path)
      const events = watermarks.reduce((sum, watermark) => sum + watermark, 0)
      const name = file.slice(0, -SUFFIX.length)
      return { name, path, bytes: statSync(path).size, createdAt, events }
    }),
  )
}

/** The file of a snapshot by its name, of `latest`, or of a path; throws USAGE where there is none. */
export const snapshotNamed = async (home: Home, name: string): Promise<string> => {
  if (name.endsWith(SUFFIX)) return name
  const entries = await listSnapshots(home)
  const found = name === 'latest' ? entries.at(-1) : entries.find(entry => entry.name === name)
  if (found !== undefined) return found.path
  throw new ExploreError('USAGE', `there is no snapshot ${name}`, {
    hint: '`explore snapshot list` names them, `explore snapshot write` makes one',
  })
}
