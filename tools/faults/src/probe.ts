import { openRedis, redisStateStore } from '@explore/adapters'
import { Catalogue, ExploreError, explorer, requestIdOf, settingsFrom } from '@explore/explore'
import { USERS } from './load.ts'
import type { Rig } from './rig.ts'

const EVERY = 150
/** A store that does not answer fails a page after this time, by the connection's own limit. */
const TIMEOUT = 1000
/** No page may keep its viewer longer, whatever is broken. */
const LATEST = 4000

/** A viewer who asks for pages all the time: each is sound or refused with a code, and in time. */
export const startProbe = async (
  { url, profiles }: Pick<Rig, 'url' | 'profiles'>,
  violated: (what: string) => void,
) => {
  const link = await openRedis(url, { timeout: TIMEOUT })
  const catalogue = new Catalogue()
  const stores = { state: redisStateStore(link), profiles, catalogue, bundle: undefined }
  const { page } = explorer(stores, settingsFrom())
  const counts = { served: 0, refused: 0 }
  let asked = 0
  let running = true

  const ask = async (): Promise<void> => {
    const start = performance.now()
    const now = Date.now()
    try {
      await profiles.sync(catalogue)
      const call = { now, wall: now, requestId: requestIdOf(asked) }
      const { items } = await page({ userId: `u${asked++ % USERS}` }, call)
      const ids = items.map(({ itemId }) => itemId)
      if (new Set(ids).size !== ids.length) violated(`a page shows an item twice: ${ids.join(' ')}`)
      const hidden = ids.filter(id => !catalogue.servable(catalogue.ordinal(id) ?? -1))
      if (hidden.length > 0) violated(`a page shows what may not be served: ${hidden.join(' ')}`)
      counts.served++
    } catch (error) {
      counts.refused++
      const coded = error instanceof ExploreError && error.code.startsWith('STORE_')
      if (!coded) violated(`a page failed: ${error instanceof Error ? error.stack : `${error}`}`)
    }
    const took = performance.now() - start
    if (took > LATEST) violated(`a page took ${Math.round(took)} ms`)
  }
  const asking = (async () => {
    while (running) {
      await ask()
      await new Promise(resolve => setTimeout(resolve, EVERY))
    }
  })()

  return {
    counts,
    stop: async (): Promise<void> => {
      running = false
      await asking
      await link.close()
    },
  }
}
