import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lmdbEventLog, lmdbProfileStore, lmdbStateStore, openLmdb } from '@explore/adapters'
import type { EventLog, ProfileStore, StateStore } from '@explore/explore'
import type { Home } from './home.ts'

/** The embedded default of every store, in LMDB environments that threads and processes may share. */
export interface EmbeddedStores {
  readonly log: EventLog
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly close: () => Promise<void>
}

export const openStores = async (home: Home): Promise<EmbeddedStores> => {
  const env = openLmdb(home.db)
  const folder = fleetingFolder(home)
  const fleeting = folder === undefined ? env : openLmdb(folder, { durable: false })
  return {
    log: lmdbEventLog(env),
    state: lmdbStateStore(env, { fleeting }),
    profiles: lmdbProfileStore(env),
    close: async () => {
      await fleeting.close()
      await env.close()
    },
  }
}

const FLEETING = 'fleeting-'

/**
 * A folder for what need not survive a power loss. Each boot of the machine has its own, as the loss may have broken
 * the last one; undefined where boots cannot be told apart.
 */
const fleetingFolder = (home: Home): string | undefined => {
  const boot = bootId()
  if (boot === undefined) return undefined
  const name = FLEETING + boot
  for (const other of readdirSync(home.db)) {
    if (!other.startsWith(FLEETING) || other === name) continue
    rmSync(join(home.db, other), { recursive: true, force: true })
  }
  return join(home.db, name)
}

const bootId = (): string | undefined => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}
