import { join } from 'node:path'
import { Catalogue } from '@explore/explore'
import { startRedis, whyNoRedis } from '@explore/servers'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../lmdb/testing/temporary-folder.ts'
import { openRedisProfiles } from './open-redis-stores.ts'
import { dumpRedisProfiles, loadRedisProfiles } from './profile-dump.ts'

const missing = whyNoRedis({ own: true })

describe('a dump of items and users', () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing))

  it.each([
    ['Redis', {}],
    ['Redis Cluster', { cluster: 3 }],
  ])('brings back every ordinal, into an empty store only: %s', async (_, options) => {
    const server = await startRedis(options)
    onTestFinished(() => server.stop())
    const at = (prefix: string): string => {
      const url = new URL(server.url)
      url.searchParams.set('prefix', prefix)
      return url.href
    }
    const stores = async (prefix: string) => {
      const profiles = await openRedisProfiles(at(prefix))
      onTestFinished(() => profiles.close())
      return profiles
    }
    const from = await stores('from')
    const items = Array.from({ length: 1200 }, (_, i) => ({ id: `m${i}`, author: `a${i % 7}` }))
    await from.putItems(items)
    await from.deleteItems(['m3'])
    await from.reserveItems(['stranger'])
    const users = Array.from({ length: 1100 }, (_, i) => ({ id: `u${i}` }))
    await from.putUsers(users)

    const file = join(temporaryFolder(), 'dump')
    // While others write: what was there before it began is in it.
    const writing = from.putItems(items.slice(0, 600).map(item => ({ ...item, topics: ['t'] })))
    await dumpRedisProfiles(at('from'), file)
    await writing
    await loadRedisProfiles(at('to'), file)
    const to = await stores('to')
    expect(to.catalogueId).toBe(from.catalogueId)
    const [was, is] = [new Catalogue(), new Catalogue()]
    await from.sync(was)
    await to.sync(is)
    expect(is.size).toBe(was.size)
    for (let ordinal = 0; ordinal < was.size; ordinal++) {
      expect(is.id(ordinal)).toBe(was.id(ordinal))
      expect(is.servable(ordinal)).toBe(was.servable(ordinal))
    }
    expect(await to.users(undefined, 2000)).toHaveLength(1100)
    // A replica of before the loss reads all of it anew.
    expect((await to.sync(was)).length).toBe(was.size)
    await expect(loadRedisProfiles(at('to'), file)).rejects.toMatchObject({
      code: 'RESTORE_OCCUPIED',
    })
  })
})
