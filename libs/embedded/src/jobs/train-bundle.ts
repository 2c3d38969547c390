import { signingKey, writeBundle } from '@explore/adapters'
import { attributeBuckets, Catalogue, ExploreError } from '@explore/explore'
import { logBatches, trainAll } from '@explore/learn'
import { bundleId } from '../bundles/bundle-id.ts'
import { type Promotion, promoteBundle } from '../bundles/promote-bundle.ts'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'

export interface TrainReport {
  readonly bundle: string
  readonly seconds: number
  readonly metrics: Readonly<Record<string, unknown>>
  /** How it fared at the gates. */
  readonly promotion: Promotion
}

/** Trains every model on the home's log, writes them as one signed bundle and promotes it if it passes the gates. */
export const trainBundle = async (
  home: Home,
  options: {
    readonly seed: number
    readonly wall: () => number
    /** Promote it whatever the gates say. */
    readonly force?: boolean | undefined
    readonly signal?: AbortSignal
  },
  progress: Progress,
): Promise<TrainReport> => {
  const { seed, wall, force, signal } = options
  const start = wall()
  const stores = await openStores(home)
  try {
    const { log, profiles } = stores
    if ((await log.end()) === 0) throw new ExploreError('TRAIN_DATA', 'the log has no events yet')
    const settings = loadSettings(home.settings, process.env)
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const artifacts = await trainAll({
      events: logBatches(log),
      catalogue,
      attributes: async id => attributeBuckets(await profiles.user(id)),
      settings,
      seed,
      // One after the other: the runtime can abort the process when a thread ends during another's run.
      threads: 1,
      onProgress: progress,
      ...(signal && { signal }),
    })
    const bundle = bundleId(start)
    await writeBundle(home.bundles, artifacts, {
      id: bundle,
      createdAt: start,
      catalogueId: profiles.catalogueId,
      catalogue,
      items: catalogue.size,
      seed,
      key: await signingKey(home.key),
      onProgress: (step, done, total) => progress('bundle', done / Math.max(1, total), step),
    })
    const gating = { force, wall, ...(signal && { signal }) }
    const promotion = await promoteBundle(home, bundle, gating, progress)
    return {
      bundle,
      seconds: (wall() - start) / 1000,
      metrics: artifacts.metrics,
      promotion,
    }
  } finally {
    await stores.close()
  }
}
