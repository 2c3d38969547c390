import { Catalogue, processor, settingsFrom, type StateStore } from '@explore/explore'
import { startRedis, whyNoRedis } from '@explore/servers'
import { foldOf, memoryEventLog, memoryProfiles, randomEvents } from '@explore/testkit'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openRedisState } from './open-redis-stores.ts'
import { openRedis } from './open-redis.ts'
import { rebuildRedis } from './rebuild-redis.ts'

const settings = settingsFrom({ 'state.seen': 100 })
const missing = whyNoRedis({ own: true })

it('has a Redis of its own', ({ skip }) => skip(missing !== undefined, missing))

if (missing === undefined)
  describe('rebuilding Redis', () => {
    it.each([
      ['Redis', {}, 1],
      ['Redis Cluster', { cluster: 3 }, 5],
    ])('serves on while %s gets a new generation', async (_, options, shards) => {
      const server = await startRedis(options)
      onTestFinished(() => server.stop())
      const log = memoryEventLog(3)
      const profiles = memoryProfiles()
      const ids = Array.from({ length: 30 }, (_, i) => `i${i}`)
      await profiles.putItems(ids.map(id => ({ id, author: 'a' })))
      const state = await openRedisState(server.url)
      onTestFinished(() => state.close())

      // A damaged user, a stranger, and a counter that no event made: what a rebuild is for.
      await log.append(randomEvents('before', 2000, { users: 20, items: 30 }))
      const streams = [0, 1, 2].map(partition =>
        processor({ log, state, profiles, catalogue: new Catalogue(), settings, partition }),
      )
      const drain = async (): Promise<void> => {
        for (const stream of streams) while ((await stream.step(50)) > 0) continue
      }
      await drain()
      const at = await state.watermark(0)
      await state.apply({
        ...{ partition: 0, expected: at, watermark: at, boards: [] },
        users: [['stranger', Uint8Array.of(1)]],
        counters: [{ item: 1, field: 0, delta: 77 }],
      })

      // A processor and a reader that know nothing of the rebuild.
      let running = true
      let sent = 2000
      const live = (async () => {
        while (running) {
          await log.append(randomEvents(`live${sent++}`, 5, { users: 20, items: 30 }))
          await drain()
          expect((await state.users(['u1']))[0]).toBeDefined()
        }
      })()
      const report = await rebuildRedis(server.url, { log, profiles, settings, shards })
      running = false
      await live
      await drain()
      expect(report).toMatchObject({ generation: 2, compared: 20, differed: expect.any(Number) })
      await expectFolded(state)
      // A process that starts now, and the one that was there, see the same; nothing is left of the old one.
      const fresh = await openRedisState(server.url)
      onTestFinished(() => fresh.close())
      await expectFolded(fresh)
      const link = await openRedis(server.url)
      onTestFinished(() => link.close())
      const keys = await link.each(async send => (await send('KEYS', 'explore:1:*')) as unknown[])
      expect(keys.flat()).toEqual([])

      async function expectFolded(store: StateStore): Promise<void> {
        const oracle = await foldOf({ log, profiles }, settings)
        expect(await store.userIds(undefined, 100)).toEqual([...oracle.users.keys()].toSorted())
        expect(await store.users([...oracle.users.keys()])).toEqual([...oracle.users.values()])
        const items = Uint32Array.from({ length: oracle.items }, (_, i) => i)
        const counters = await store.counters(items)
        counters.forEach((value, i) => {
          expect(Math.abs(value - oracle.counters[i]!)).toBeLessThanOrEqual(1e-9 * Math.abs(value))
        })
      }
    })

    it('is refused where another has moved the pointer, and can be stopped', async () => {
      const server = await startRedis()
      onTestFinished(() => server.stop())
      const log = memoryEventLog()
      const profiles = memoryProfiles()
      await log.append(randomEvents('twice', 300, { users: 5, items: 5 }))
      const parts = { log, profiles, settings }
      const outcomes = await Promise.allSettled([
        rebuildRedis(server.url, parts),
        rebuildRedis(server.url, parts),
      ])
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
      const stopped = rebuildRedis(server.url, { ...parts, signal: AbortSignal.abort() })
      await expect(stopped).rejects.toThrow(/abort/i)
      await rebuildRedis(server.url, parts)
      const state = await openRedisState(server.url)
      expect(await state.watermark()).toBe(300)
      await state.close()
    })
  })
