import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { currentBundle } from '@explore/adapters'
import { clockFor, type Home, loadSettings, openStores, pageEngine } from '@explore/embedded'
import { ExploreError, type Page } from '@explore/explore'
import { kernels, type Parts, type Sample, sampleOf } from './kernels.ts'

const WARM_UP = 300
/** Viewers in turn; more than those whose first-stage rows are cached. */
export const SAMPLES = 100
/** Items of a page. */
export const LIMIT = 20

/** Makes a home's pages on the calling thread, and has what their kernels work on; all of it compiled. */
export const pageSamples = async (home: Home, users: readonly string[]) => {
  const stores = await openStores(home)
  const { state, profiles, log } = stores
  const { now } = await clockFor(log, Date.now)
  const settings = loadSettings(home.settings, {})
  const engine = pageEngine(stores, now)
  const close = async (): Promise<void> => {
    await engine.close()
    await stores.close()
  }
  try {
    const id = await currentBundle(home.bundles)
    if (id === undefined) throw new ExploreError('BUNDLE_MISSING', 'this home has no models')
    await engine.load(join(home.bundles, id))
    let turn = 0
    const page = (explain = false): Promise<Page> => {
      const userId = users[turn++ % users.length]!
      const call = { now: now(), wall: Date.now(), requestId: randomUUID() }
      return engine.page({ userId, limit: LIMIT, explain }, call, settings)
    }
    for (let i = 0; i < WARM_UP; i++) await page(i % 3 === 0)
    const { catalogue } = engine
    const parts: Parts = { state, profiles, catalogue, bundle: engine.bundle()!, settings, now }
    const samples: Sample[] = []
    for (let i = 0; i < SAMPLES; i++) {
      const { items, ...rest } = await page(true)
      const plain = items.map(({ explanation: _, ...item }) => item)
      samples.push(await sampleOf(parts, { ...rest, items: plain }))
    }
    await kernels(parts, samples, 'as page')
    return { page, parts, samples, close }
  } catch (error) {
    await close()
    throw error
  }
}
