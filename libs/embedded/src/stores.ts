import { lmdbEventLog, lmdbProfileStore, lmdbStateStore, openLmdb } from '@explore/adapters'
import type { EventLog, ProfileStore, StateStore } from '@explore/explore'
import type { Home } from './home.ts'

/** The embedded default of every store: one LMDB environment, which threads and processes may share. */
export interface EmbeddedStores {
  readonly log: EventLog
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly close: () => Promise<void>
}

export const openStores = async (home: Home): Promise<EmbeddedStores> => {
  const env = openLmdb(home.db)
  return {
    log: lmdbEventLog(env),
    state: lmdbStateStore(env),
    profiles: lmdbProfileStore(env),
    close: () => env.close(),
  }
}
