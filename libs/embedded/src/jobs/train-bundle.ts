import { rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { listBundles, signingKey, writeBundle } from '@explore/adapters'
import {
  attributeBuckets,
  Catalogue,
  type EventLog,
  ExploreError,
  FEATURES_VERSION,
} from '@explore/explore'
import { logBatches, trainAll } from '@explore/learn'
import { bundleId } from '../bundles/bundle-id.ts'
import { type Promotion, promoteBundle } from '../bundles/promote-bundle.ts'
import type { Home } from '../home.ts'
import { lockTraining } from '../lock.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { openStores } from '../stores.ts'
import { bundleNamed, trainedBefore } from './trained-before.ts'
import { dropTraining, planTraining } from './training-plan.ts'

export interface TrainOptions {
  readonly seed: number
  /** The larger second stage, more passes, more requests to distil from. Default false. */
  readonly full?: boolean
  /** Goes on from this bundle, or the `current` one, instead of from chance. */
  readonly from?: string
  /** So many of the log's latest events make examples; all are folded. Default 5,000,000. */
  readonly events?: number
  /** Promotes it whatever the gates say. */
  readonly force?: boolean
}

export interface TrainReport {
  readonly bundle: string
  readonly seconds: number
  /** Whether a training that was cut short went on. */
  readonly resumed: boolean
  readonly metrics: Readonly<Record<string, unknown>>
  /** How it fared at the gates. */
  readonly promotion: Promotion
}

const EVENTS = 5_000_000
/** Requests to distil from: what teaches a first stage from chance, and what keeps up a trained one. */
const REQUESTS = { default: 1500, full: 4000, warm: 500 }

/**
 * Trains every model on the home's log, writes them as one signed bundle and promotes it if it passes the gates.
 * Cut short, it leaves its state in the home; asked for the same again it goes on, to the very bundle that it would
 * have made.
 */
export const trainBundle = async (
  home: Home,
  options: TrainOptions & { readonly wall: () => number; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<TrainReport> => {
  const { seed, wall, signal, force, full = false, events = EVENTS } = options
  const start = wall()
  const lock = await lockTraining(home)
  const stores = await openStores(home)
  try {
    const { log, profiles } = stores
    const end = await log.end()
    if (end === 0) throw new ExploreError('TRAIN_DATA', 'the log has no events yet')
    const settings = loadSettings(home.settings, process.env)
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const { catalogueId } = profiles
    const from = options.from === undefined ? null : await bundleNamed(home, options.from)
    const { plan, resumed } = planTraining(
      home,
      {
        seed,
        full,
        from,
        events,
        catalogueId,
        catalogueVersion: catalogue.version,
        settings,
        featuresVersion: FEATURES_VERSION,
      },
      { now: start, end },
    )
    const bundle = bundleId(plan.startedAt)
    const gating = { force, wall, ...(signal && { signal }) }
    const made = (await listBundles(home.bundles)).find(({ id }) => id === bundle)
    if (resumed && made) {
      // It was cut short between the bundle's last file and this.
      const promotion = await promoteBundle(home, bundle, gating, progress)
      dropTraining(home)
      return { bundle, seconds: (wall() - start) / 1000, resumed, metrics: made.metrics, promotion }
    }
    if (resumed) progress('resume', 1, `the training of ${new Date(plan.startedAt).toISOString()}`)
    const artifacts = await trainAll({
      events: logBatches(log, { to: plan.end }),
      from: await timeOf(log, plan.end - events),
      catalogue,
      attributes: async id => attributeBuckets(await profiles.user(id)),
      settings,
      seed,
      requests: REQUESTS[from !== null ? 'warm' : full ? 'full' : 'default'],
      processes: availableParallelism() > 1 ? 2 : 1,
      folder: home.training,
      checkpoints: { folder: home.training },
      ...(full && { size: 'full' }),
      ...(from !== null && { initial: await trainedBefore(home, from, catalogueId) }),
      onProgress: progress,
      ...(signal && { signal }),
    })
    await writeBundle(home.bundles, artifacts, {
      id: bundle,
      createdAt: plan.startedAt,
      catalogueId,
      catalogue,
      items: catalogue.size,
      seed,
      shards: settings['index.shards'],
      key: await signingKey(home.key),
      onProgress: (step, done, total) => progress('bundle', done / Math.max(1, total), step),
    })
    const promotion = await promoteBundle(home, bundle, gating, progress)
    dropTraining(home)
    return {
      bundle,
      seconds: (wall() - start) / 1000,
      resumed,
      metrics: artifacts.metrics,
      promotion,
    }
  } finally {
    await stores.close()
    // Made anew by the replay, and large.
    rmSync(join(home.training, 'viewers'), { force: true })
    await lock.release()
  }
}

/** When the event at an offset happened; before all of them where there is none. */
const timeOf = async (log: EventLog, offset: number): Promise<number> => {
  if (offset <= 0) return -Infinity
  const { events } = await log.read(offset, 1)
  return events[0]?.time ?? -Infinity
}
