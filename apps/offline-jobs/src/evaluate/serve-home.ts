import { join } from 'node:path'
import { currentBundle } from '@explore/adapters'
import { clockFor, type Home, loadSettings, openStores, pageEngine } from '@explore/embedded'
import type { Served } from '@explore/evaluate'
import { ExploreError } from '@explore/explore'

/** The home as its server would serve it now: its stores, settings and current bundle. Throws BUNDLE_MISSING. */
export const serveHome = async (home: Home, wall: () => number): Promise<Served> => {
  const stores = await openStores(home)
  const { state, profiles, log } = stores
  const clock = await clockFor(log, wall)
  const engine = pageEngine(stores, clock.now)
  const close = async (): Promise<void> => {
    await engine.close()
    await stores.close()
  }
  try {
    const settings = loadSettings(home.settings, process.env)
    const id = await currentBundle(home.bundles)
    if (id === undefined) {
      throw new ExploreError('BUNDLE_MISSING', `${home.path} has no bundle yet`, {
        hint: 'run explore train first, or name a folder with --data',
      })
    }
    await engine.load(join(home.bundles, id))
    await engine.ready(settings)
    const bundle = engine.bundle()!
    return {
      stores: { state, catalogue: engine.catalogue, bundle },
      settings,
      now: clock.now(),
      user: id => profiles.user(id),
      log,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
