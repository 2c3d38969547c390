import { ExploreError, type ProfileStore, type StateStore } from '@explore/explore'
import { claimFormat } from './claim-format.ts'
import { examineRedis } from './examine-redis.ts'
import { openRedis, type RedisLink } from './open-redis.ts'
import { openRedisProfileStore } from './redis-profile-store.ts'
import { redisStateStore } from './redis-state-store.ts'

/**
 * Opens the state at a Redis URL; throws STORE_UNFIT where that server would lose it, STATE_NEWER where a newer version wrote it, and
 * what `openRedis` throws.
 */
export const openRedisState = (url: string): Promise<StateStore> =>
  opened(url, async link => redisStateStore(link))

/** As `openRedisState`, for items and users. */
export const openRedisProfiles = (url: string): Promise<ProfileStore> =>
  opened(url, openRedisProfileStore)

const opened = async <T extends StateStore | ProfileStore>(
  url: string,
  store: (link: RedisLink) => Promise<T>,
): Promise<T> => {
  const link = await openRedis(url)
  try {
    const unfit = (await examineRedis(link)).find(({ level }) => level === 'fail')
    if (unfit !== undefined) {
      const options = unfit.hint === undefined ? {} : { hint: unfit.hint }
      throw new ExploreError('STORE_UNFIT', `${link.target.name} ${unfit.detail}`, options)
    }
    await claimFormat(link)
    return { ...(await store(link)), close: link.close }
  } catch (error) {
    await link.close()
    throw error
  }
}
