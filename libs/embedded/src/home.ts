import { mkdirSync, mkdtempSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { exploreErrorOf } from './system-error.ts'

/** The one folder in which an embedded Explore keeps all it knows. */
export interface Home {
  readonly path: string
  /** LMDB: log, state, catalogue. */
  readonly db: string
  readonly bundles: string
  /** Signs the home's bundles; made with the first of them, or the file that EXPLORE_BUNDLE_KEY names. */
  readonly key: string
  /** Hashes of the API keys that its server takes; without the file it asks for none. */
  readonly keys: string
  /** Features of sampled pages, for the skew check. */
  readonly features: string
  /** Overrides of the settings' defaults, one JSON object. */
  readonly settings: string
  readonly rejects: string
  /** Folds of the log in files. */
  readonly snapshots: string
  /** A training that is under way, or was cut short and can go on. */
  readonly training: string
  /** An import that has been read and checked, and is not wholly applied yet. */
  readonly importing: string
  /** What is being made and not in use yet; emptied by the next process that takes the home. */
  readonly scratch: string
}

/** The folder's layout; makes the folder. Throws STATE_FORBIDDEN, STATE_BROKEN or DISK_FULL. */
export const homeAt = (path: string): Home => {
  const home = resolve(path)
  const layout: Home = {
    path: home,
    db: join(home, 'db'),
    bundles: join(home, 'bundles'),
    key: process.env.EXPLORE_BUNDLE_KEY ?? join(home, 'key.pem'),
    keys: join(home, 'keys.json'),
    features: join(home, 'features.jsonl'),
    settings: join(home, 'settings.json'),
    rejects: join(home, 'rejects.csv'),
    snapshots: join(home, 'snapshots'),
    training: join(home, 'training'),
    importing: join(home, 'importing'),
    scratch: join(home, 'scratch'),
  }
  try {
    mkdirSync(layout.db, { recursive: true })
    mkdirSync(layout.bundles, { recursive: true })
  } catch (error) {
    throw exploreErrorOf(error)
  }
  return layout
}

/** A new folder in the home's scratch: on the same disk, so that what is made in it can be moved into place. */
export const scratchFolder = (home: Home): string => {
  mkdirSync(home.scratch, { recursive: true })
  return mkdtempSync(join(home.scratch, 'job-'))
}
