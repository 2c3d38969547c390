import { type RedisServer, startRedis, whyNoRedis } from '@explore/servers'
import {
  memoryEventLog,
  profileStoreContract,
  stateStoreContract,
  streamProcessorContract,
} from '@explore/testkit'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { openRedis, type RedisLink } from './open-redis.ts'
import { openRedisProfileStore } from './redis-profile-store.ts'
import { redisStateStore } from './redis-state-store.ts'

const missing = whyNoRedis({ own: true })

it('has a Redis of its own', ({ skip }) => skip(missing !== undefined, missing))

if (missing === undefined)
  describe('in a real server', () => {
    describe.each([
      ['Redis', {}],
      ['Redis Cluster', { cluster: 3 }],
    ])('%s', (name, options) => {
      let server: RedisServer
      beforeAll(async () => void (server = await startRedis(options)))
      afterAll(() => server.stop())
      let stores = 0

      /** A store under a prefix of its own, with the ways in which the contracts come back to it. */
      const harness = <T>(make: (link: RedisLink) => T | Promise<T>) => {
        const url = new URL(server.url)
        url.searchParams.set('prefix', `store${stores++}`)
        let open: RedisLink[] = []
        const another = async (): Promise<T> => {
          const link = await openRedis(url.href)
          open.push(link)
          return make(link)
        }
        const close = async (): Promise<void> => {
          await Promise.all(open.map(link => link.close()))
          open = []
        }
        return { another, close, reopen: async () => (await close(), another()) }
      }

      stateStoreContract(name, async () => {
        const stores = harness(link => redisStateStore(link))
        return { ...stores, state: await stores.another() }
      })

      profileStoreContract(name, async () => {
        const stores = harness(openRedisProfileStore)
        return { ...stores, profiles: await stores.another() }
      })

      // One shard for several partitions, and the other way round.
      describe.each([1, 5])('a log of %i partitions', partitions => {
        streamProcessorContract(name, async () => {
          const stores = harness(async link => ({
            log: memoryEventLog(partitions),
            state: redisStateStore(link),
            profiles: await openRedisProfileStore(link),
          }))
          return { ...(await stores.another()), close: stores.close }
        })
      })
    })
  })
