import { openRedisState } from '@explore/adapters'
import type { StateStore } from '@explore/explore'

/** The state at `url`, as soon as it can be opened. */
export const openPatiently = async (url: string): Promise<StateStore> => {
  for (;;) {
    try {
      return await openRedisState(url)
    } catch {
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}
