import {
  Catalogue,
  explorer,
  processor,
  randomOf,
  requestIdOf,
  settingsFrom,
  type ProfileStore,
  type StateStore,
} from '@explore/explore'
import { startRedis, whyNoRedis } from '@explore/servers'
import { memoryEventLog, plantedBundle, randomWorld } from '@explore/testkit'
import { describe, expect, it } from 'vitest'
import { lmdbProfileStore } from '../lmdb/lmdb-profile-store.ts'
import { lmdbStateStore } from '../lmdb/lmdb-state-store.ts'
import { openLmdb } from '../lmdb/open-lmdb.ts'
import { temporaryFolder } from '../lmdb/testing/temporary-folder.ts'
import { openRedis, type RedisLink } from './open-redis.ts'
import { openRedisProfileStore } from './redis-profile-store.ts'
import { redisStateStore } from './redis-state-store.ts'

const NOW = 1_790_000_000_000
/** Nothing is left out because a machine is busy. */
const patience = { 'page.deadlineMs': 60_000, 'page.sourcesMs': 30_000 }
const settings = settingsFrom({ ...patience, 'trending.refreshMs': 0, 'trending.minVotes': 1 })

/** Pages of every viewer, sessions' second pages included, from a state that the same log was folded into. */
const pagesFrom = async (state: StateStore, profiles: ProfileStore): Promise<string> => {
  const world = randomWorld(randomOf('pages'), NOW, { items: 300, users: 12, events: 60 })
  const log = memoryEventLog()
  await profiles.putItems(world.items)
  await profiles.putUsers(world.users)
  await log.append(world.events.map((event, i) => ({ ...event, eventId: `${i}` })))
  const catalogue = new Catalogue()
  const stream = processor({ log, state, profiles, catalogue, settings })
  while ((await stream.step(100)) > 0) continue
  const bundle = plantedBundle(catalogue)
  const { page } = explorer({ state, profiles, catalogue, bundle }, settings)
  const pages: unknown[] = []
  for (const [i, { id: userId }] of world.users.entries()) {
    const call = { now: NOW, wall: Date.now(), requestId: requestIdOf(i) }
    const first = await page({ userId, explain: true }, call)
    pages.push(first, await page({ userId, cursor: first.nextCursor! }, call))
  }
  // How long a step took is no part of a page.
  return JSON.stringify(pages, (key, value: unknown) => (key === 'ms' ? undefined : value))
}

const missing = whyNoRedis({ own: true })

it('has a Redis of its own', ({ skip }) => skip(missing !== undefined, missing))

if (missing === undefined)
  describe('pages from Redis', () => {
    it.each([
      ['Redis', {}],
      ['Redis Cluster', { cluster: 3 }],
    ])('are those from LMDB, byte for byte: %s', async (_, options) => {
      const env = openLmdb(temporaryFolder())
      const expected = await pagesFrom(lmdbStateStore(env), lmdbProfileStore(env))
      await env.close()
      expect(expected).toContain('trending')
      const server = await startRedis(options)
      const link: RedisLink = await openRedis(server.url)
      try {
        const profiles = await openRedisProfileStore(link)
        expect(await pagesFrom(redisStateStore(link), profiles)).toBe(expected)
      } finally {
        await link.close()
        await server.stop()
      }
    })
  })
