import { embeddedService, type Home, holderOf } from '@explore/embedded'
import type { ExploreService } from '@explore/explore'
import { restClient } from '@explore/rest'

export interface Connection {
  readonly service: ExploreService
  /** Set where the service is a server that was already running. */
  readonly url?: string
  /** Set where the clock follows a historic log. */
  readonly historicEnd?: number | undefined
  readonly close: () => Promise<void>
}

/** The home's running server where there is one, with the key in EXPLORE_KEY, else the home itself, opened by this process. */
export const connect = async (home: Home): Promise<Connection> => {
  const holder = await holderOf(home)
  if (holder?.url !== undefined) {
    return {
      service: await restClient(holder.url, { key: process.env.EXPLORE_KEY }),
      url: holder.url,
      close: async () => {},
    }
  }
  const service = await embeddedService(home, {
    wall: Date.now,
    threads: 1,
    onError: error => console.error(`explore: ${error.message}`),
  })
  return { service, historicEnd: service.historicEnd, close: service.close }
}
