import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

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

/** The folder's layout; makes the folder. */
export const homeAt = (path: string): Home => {
  const home = resolve(path)
  const layout: Home = {
    path: home,
    db: join(home, 'db'),
    bundles: join(home, 'bundles'),
    settings: join(home, 'settings.json'),
    rejects: join(home, 'rejects.csv'),
  }
  mkdirSync(layout.db, { recursive: true })
  mkdirSync(layout.bundles, { recursive: true })
  return layout
}
