import { type Home, openStores } from '@explore/embedded'
import { ExploreError, randomOf } from '@explore/explore'

/** `count` users drawn by activity, as requests come: who sent a random event. The same ones in every run on a home. */
export const activeUsers = async (home: Home, count: number): Promise<readonly string[]> => {
  const { log, close } = await openStores(home)
  try {
    const end = await log.end()
    const random = randomOf('bench users')
    const users: string[] = []
    while (users.length < count && end > 0) {
      const { events } = await log.read(Math.floor(random() * end), 1)
      users.push(events[0]!.userId)
    }
    if (users.length === 0) throw new ExploreError('TRAIN_DATA', 'the log has no events yet')
    return users
  } finally {
    await close()
  }
}
