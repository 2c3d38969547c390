import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { currentBundle, verifyingKey } from '@explore/adapters'
import { precomputePages, writeLongTermLists, writePopularLists } from '@explore/explore'
import { clockFor } from '../clock.ts'
import type { Home } from '../home.ts'
import { pageEngine } from '../page-engine.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'
import { foldLog } from './fold-log.ts'

export interface OffPeakReport {
  readonly popularLists: number
  readonly longTermLists: number
  readonly pages: number
}

/** What is generated ahead of requests: popular lists, long-term lists, whole pages by `precompute.policy`. */
export const offPeak = async (
  home: Home,
  {
    wall,
    pages,
    signal,
  }: { readonly wall: () => number; readonly pages: boolean; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<OffPeakReport> => {
  const stores = await openStores(home)
  const clock = await clockFor(stores.log, wall)
  const engine = pageEngine(stores, clock.now)
  try {
    const settings = loadSettings(home.settings, process.env)
    await foldLog(stores, settings, progress)
    const now = clock.now()
    const current = await currentBundle(home.bundles)
    if (current !== undefined) {
      const key = await verifyingKey(home.key)
      await engine.load(join(home.bundles, current), { ...(key && { key }) })
    }
    const explorer = await engine.ready(settings)
    const { state, profiles } = stores
    const { catalogue } = engine
    const bundle = engine.bundle()

    progress('lists', 0, 'popular in each segment')
    const popularLists = await writePopularLists({ state, profiles, catalogue }, settings, now)
    if (bundle === undefined) return { popularLists, longTermLists: 0, pages: 0 }
    const longTermLists = await writeLongTermLists(
      { state, profiles, catalogue, retriever: bundle.retriever },
      now,
      users => progress('lists', 0.5, `long-term interests of ${users} viewers`),
    )
    progress('lists', 1)
    if (!pages) return { popularLists, longTermLists, pages: 0 }
    const computed = await precomputePages({ state, explorer, bundle: bundle.id }, settings, {
      now,
      wall: wall(),
      requestId: randomUUID,
      ...(signal && { signal }),
      onProgress: (done, of) => progress('pages', done / of, `${done} of ${of} viewers`),
    })
    return { popularLists, longTermLists, pages: computed }
  } finally {
    await engine.close()
    await stores.close()
  }
}
