import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { exploreErrorOf } from './system-error.ts'

/** The one folder in which an embedded Explore keeps all it knows. */
export interface Home {
  readonly path: string
  /** LMDB: log, state, catalogue. */
  readonly db: string
  readonly bundles: string
  /** Overrides of the settings' defaults, one JSON object. */
  readonly settings: string
  readonly rejects: string
}

/** The folder's layout; makes the folder. Throws STATE_FORBIDDEN, STATE_BROKEN or DISK_FULL. */
export const homeAt = (path: string): Home => {
  const home = resolve(path)
  const layout: Home = {
    path: home,
    db: join(home, 'db'),
    bundles: join(home, 'bundles'),
    settings: join(home, 'settings.json'),
    rejects: join(home, 'rejects.csv'),
  }
  try {
    mkdirSync(layout.db, { recursive: true })
    mkdirSync(layout.bundles, { recursive: true })
  } catch (error) {
    throw exploreErrorOf(error)
  }
  return layout
}
