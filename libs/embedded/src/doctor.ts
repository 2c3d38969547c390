import { statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import {
  checkSigned,
  currentBundle,
  examineKafka,
  examineRedis,
  hnswAvailable,
  openKafka,
  openRedis,
  verifyBundle,
  verifyingKey,
} from '@explore/adapters'
import { Catalogue, ExploreError, lagOf } from '@explore/explore'
import { clockFor } from './clock.ts'
import type { Home } from './home.ts'
import { holderOf } from './lock.ts'
import { loadSettings } from './settings-file.ts'
import { addressesOf, HOME, openStores } from './stores.ts'
import { exploreErrorOf } from './system-error.ts'

/** One thing that was looked at. `warn` serves on, `fail` does not. */
export interface Finding {
  readonly check: string
  readonly level: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly hint?: string
}

/** Free disk below which the log will soon refuse events. */
const LEAST_DISK = 1 << 30

/** Looks at the machine and the home; never throws for what it finds. */
export const examine = async (home: Home, wall: () => number): Promise<readonly Finding[]> => [
  machine(),
  disk(home),
  index(),
  await holder(home),
  ...(await attempt('settings', () => settings(home))),
  ...(await attempt('redis', () => redis(wall))),
  ...(await attempt('kafka', () => kafka(home, wall))),
  ...(await attempt('state', () => state(home, wall))),
  ...(await attempt('bundle', () => bundle(home))),
]

const attempt = async (
  check: string,
  look: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> => {
  try {
    return await look()
  } catch (error) {
    const { message, hint } = exploreErrorOf(error)
    return [{ check, level: 'fail', detail: message, hint }]
  }
}

const machine = (): Finding => ({
  check: 'machine',
  level: 'ok',
  detail: `node ${process.versions.node}, ${availableParallelism()} cores, ${gigabytes(totalmem())} of memory`,
})

const disk = (home: Home): Finding => {
  const { bavail, bsize } = statfsSync(home.path)
  const free = bavail * bsize
  const low = free < LEAST_DISK
  return {
    check: 'disk',
    level: low ? 'warn' : 'ok',
    detail: `${gigabytes(free)} free for ${home.path}`,
    ...(low && { hint: 'events are refused when the disk is full: free some space' }),
  }
}

const index = (): Finding => {
  const { available, reason } = hnswAvailable()
  return available
    ? { check: 'vector index', level: 'ok', detail: 'HNSW (hnswlib-node) is there' }
    : {
        check: 'vector index',
        level: 'warn',
        detail: `exact search serves instead of HNSW: ${reason}`,
        hint: 'install a C++ compiler and python3, then npm rebuild hnswlib-node',
      }
}

const holder = async (home: Home): Promise<Finding> => {
  const found = await holderOf(home)
  const detail =
    found === undefined
      ? 'no process holds the home'
      : `process ${found.pid} (explore ${found.command}) holds the home${found.url ? ` and serves ${found.url}` : ''}`
  return { check: 'process', level: 'ok', detail }
}

const settings = async (home: Home): Promise<readonly Finding[]> => {
  loadSettings(home.settings, process.env)
  return [
    { check: 'settings', level: 'ok', detail: `${home.settings} and the environment are valid` },
  ]
}

const redis = async (wall: () => number): Promise<readonly Finding[]> => {
  const findings: Finding[] = []
  for (const address of new Set(Object.values(addressesOf(process.env)))) {
    if (!address.startsWith('redis')) continue
    const link = await openRedis(address)
    try {
      for (const { detail, ...rest } of await examineRedis(link, wall)) {
        findings.push({ check: 'redis', detail: `${link.target.name} ${detail}`, ...rest })
      }
    } finally {
      await link.close()
    }
  }
  return findings
}

const kafka = async (home: Home, wall: () => number): Promise<readonly Finding[]> => {
  const addresses = addressesOf(process.env)
  if (addresses.events === HOME) return []
  const { state, close } = await openStores(home, { ...addresses, events: HOME })
  const link = await openKafka(addresses.events)
  try {
    return (await examineKafka(link, state, wall)).map(finding => ({ check: 'kafka', ...finding }))
  } finally {
    await link.close()
    await close()
  }
}

const state = async (home: Home, wall: () => number): Promise<readonly Finding[]> => {
  const addresses = addressesOf(process.env)
  const { log, state, profiles, close } = await openStores(home, { ...addresses, events: HOME })
  try {
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const events = await log.end()
    const lag = await lagOf(log, state)
    const { historicEnd } = await clockFor(log, wall)
    return [
      catalogue.size === 0
        ? {
            check: 'catalogue',
            level: 'warn',
            detail: 'there are no items',
            hint: 'explore import, or explore start for a demo',
          }
        : { check: 'catalogue', level: 'ok', detail: `${catalogue.size} items` },
      ...(addresses.events === HOME
        ? [
            {
              check: 'log',
              level: 'ok',
              detail: `${events} events, ${lag} not folded yet`,
            } as const,
          ]
        : []),
      ...(historicEnd === undefined
        ? []
        : [
            {
              check: 'clock',
              level: 'ok',
              detail: `the data ended at ${new Date(historicEnd).toISOString()}: that is what "now" means until newer events come`,
            } as const,
          ]),
    ]
  } finally {
    await close()
  }
}

const bundle = async (home: Home): Promise<readonly Finding[]> => {
  const id = await currentBundle(home.bundles)
  if (id === undefined) {
    return [
      {
        check: 'bundle',
        level: 'warn',
        detail: 'no models yet: pages are trending and popular items',
        hint: 'explore train',
      },
    ]
  }
  const dir = join(home.bundles, id)
  const key = await verifyingKey(home.key)
  const { catalogueId } = await verifyBundle(dir, key)
  const addresses = { ...addressesOf(process.env), events: HOME }
  const { profiles, close } = await openStores(home, addresses)
  const foreign = catalogueId !== profiles.catalogueId
  await close()
  if (foreign) {
    throw new ExploreError('BUNDLE_FOREIGN', `${id} was trained on another home's catalogue`)
  }
  const signed = await checkSigned(dir, key)
  return [
    {
      check: 'bundle',
      level: 'ok',
      detail: `${id}: all files have their checksums, ${signed ? 'and it is signed' : 'and no signature'}`,
    },
  ]
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
