import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  eventLogContract,
  profileStoreContract,
  stateStoreContract,
  streamProcessorContract,
  sweptValuesContract,
} from '@explore/testkit'
import { lmdbEventLog } from './lmdb-event-log.ts'
import { lmdbProfileStore } from './lmdb-profile-store.ts'
import { lmdbStateStore } from './lmdb-state-store.ts'
import { type LmdbEnvironment, openLmdb } from './open-lmdb.ts'

/** A store on a new folder, with the ways in which the contracts come back to it. */
const harness = <T>(make: (env: LmdbEnvironment) => T) => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-lmdb-'))
  let open: LmdbEnvironment[] = []
  const another = async (): Promise<T> => {
    const env = openLmdb(folder)
    open.push(env)
    return make(env)
  }
  const closeAll = async (): Promise<void> => {
    await Promise.all(open.map(env => env.close()))
    open = []
  }
  return {
    another,
    reopen: async () => {
      await closeAll()
      return another()
    },
    close: async () => {
      await closeAll()
      rmSync(folder, { recursive: true })
    },
  }
}

eventLogContract('LMDB', async () => {
  const stores = harness(lmdbEventLog)
  return { ...stores, log: await stores.another() }
})

const states = async () => {
  const stores = harness(env => lmdbStateStore(env))
  return { ...stores, state: await stores.another() }
}
stateStoreContract('LMDB', states)
sweptValuesContract('LMDB', states)

profileStoreContract('LMDB', async () => {
  const stores = harness(lmdbProfileStore)
  return { ...stores, profiles: await stores.another() }
})

streamProcessorContract('LMDB', async () => {
  const stores = harness(env => ({
    log: lmdbEventLog(env),
    state: lmdbStateStore(env),
    profiles: lmdbProfileStore(env),
  }))
  return { ...(await stores.another()), close: stores.close }
})
