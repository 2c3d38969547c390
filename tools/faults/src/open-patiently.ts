import { openRedisState } from '@explore/adapters'
import type { StateStore } from '@explore/explore'

/** What is opened as soon as it can be: as by a supervisor who starts a process again that found nobody. */
export const patiently = async <T>(open: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await open()
    } catch {
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}

/** The state at `url`. */
export const openPatiently = (url: string): Promise<StateStore> =>
  patiently(() => openRedisState(url))
