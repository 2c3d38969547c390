import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  lmdbEventLog,
  lmdbProfileStore,
  lmdbStateStore,
  openKafkaLog,
  openLmdb,
  openRedisProfiles,
  openRedisState,
} from '@explore/adapters'
import type { EventLog, ProfileStore, StateStore } from '@explore/explore'
import type { Home } from './home.ts'
import { loadSettings } from './settings-file.ts'

/** Every store of a process: in the home's LMDB, which threads and processes may share, where no address says otherwise. */
export interface EmbeddedStores {
  readonly log: EventLog
  readonly state: StateStore
  readonly profiles: ProfileStore
  readonly close: () => Promise<void>
}

/** The address that means the home's own LMDB. */
export const HOME = 'lmdb:'

/** Where the stores are, from the environment: an address may hold a password, and holds for a process's life. */
export const addressesOf = ({
  EXPLORE_EVENTS: events = HOME,
  EXPLORE_STATE: state = HOME,
  EXPLORE_PROFILES: profiles = HOME,
}: Readonly<Record<string, string | undefined>>) => ({ events, state, profiles })

/** Throws SETTING_INVALID for an address that is none, and what opening the store throws. */
export const openStores = async (
  home: Home,
  addresses = addressesOf(process.env),
): Promise<EmbeddedStores> => {
  const env = openLmdb(home.db)
  const folder = fleetingFolder(home)
  const fleeting = folder === undefined ? env : openLmdb(folder, { durable: false })
  const closing: { readonly close: () => Promise<void> }[] = [fleeting, env]
  const close = async (): Promise<void> => {
    for (const each of closing) await each.close()
  }
  const open = async <T extends EventLog | StateStore | ProfileStore>(
    address: string,
    own: () => T,
    remote: (url: string) => Promise<T>,
  ): Promise<T> => {
    if (address === HOME) return own()
    const store = await remote(address)
    closing.unshift(store)
    return store
  }
  try {
    return {
      log: await open(
        addresses.events,
        () => lmdbEventLog(env),
        url => {
          const settings = loadSettings(home.settings, process.env)
          return openKafkaLog(url, { settings: () => settings, now: Date.now })
        },
      ),
      state: await open(addresses.state, () => lmdbStateStore(env, { fleeting }), openRedisState),
      profiles: await open(addresses.profiles, () => lmdbProfileStore(env), openRedisProfiles),
      close,
    }
  } catch (error) {
    await close()
    throw error
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
