import { join } from 'node:path'
import {
  checkSigned,
  currentBundle,
  loadBundle,
  promoteBundle as point,
  recordDecision,
  verifyingKey,
} from '@explore/adapters'
import { attributeBuckets, type Bundle, Catalogue, type Id } from '@explore/explore'
import {
  type BundleQuality,
  type Examples,
  logBatches,
  measureBundle,
  populationStability,
  replay,
} from '@explore/learn'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { type EmbeddedStores, openStores } from '../stores.ts'
import { failuresOf, type Gate, judge } from './gates.ts'
import { windowStart } from './log-window.ts'
import { publishBundle } from './publish-bundle.ts'

export interface Promotion {
  readonly bundle: string
  /** The bundle that served before. */
  readonly from: string | null
  readonly promoted: boolean
  /** Promoted in spite of its failures. */
  readonly forced: boolean
  readonly failures: readonly string[]
  readonly gates: readonly Gate[]
  readonly quality: BundleQuality
}

export interface PromoteOptions {
  /** Promote it whatever the gates say; a bundle that cannot be loaded stays out all the same. */
  readonly force?: boolean | undefined
  readonly wall: () => number
  readonly signal?: AbortSignal
}

/** Requests on which the first stage is measured. */
const REQUESTS = 200

/**
 * Lets a bundle serve if it passes the gates: it and the current one are measured on the latest part of the log. One
 * that fails stays where it is, and the current one serves on; either is recorded. Throws what `loadBundle` throws.
 */
export const promoteBundle = async (
  home: Home,
  id: string,
  { force = false, wall, signal }: PromoteOptions,
  progress: Progress,
): Promise<Promotion> => {
  const stores = await openStores(home)
  const opened: Bundle[] = []
  try {
    const settings = loadSettings(home.settings, process.env)
    const catalogue = new Catalogue()
    await stores.profiles.sync(catalogue)
    const key = await verifyingKey(home.key)
    const open = async (name: string): Promise<Bundle> => {
      const bundle = await loadBundle(join(home.bundles, name), {
        catalogue,
        catalogueId: stores.profiles.catalogueId,
        counters: items => stores.state.counters(items),
        now: wall,
        ...(key && { key }),
      })
      opened.push(bundle)
      return bundle
    }
    const candidate = await open(id)
    const signed = await checkSigned(join(home.bundles, id), key)
    const from = await currentBundle(home.bundles)
    progress('gates', 0, 'reading the log')
    const examples = await latest(stores, catalogue, settings, signal)
    progress('gates', 0.6, `measuring ${id}`)
    const one = await measureBundle(candidate, examples, { settings, ...(signal && { signal }) })
    // What serves may be broken by now: then it is no measure.
    const serving = from === undefined || from === id ? undefined : await open(from).catch(() => {})
    if (serving) progress('gates', 0.8, `measuring ${from}`)
    const other = serving && (await measureBundle(serving, examples, { settings }))
    progress('gates', 1)
    const gates = judge(
      {
        candidate: one.quality,
        ...(other && {
          current: other.quality,
          drift: populationStability(other.values, one.values),
        }),
      },
      settings,
    )
    const failures = [...(signed ? [] : ['it is not signed by this home']), ...failuresOf(gates)]
    const promoted = failures.length === 0 || force
    if (promoted) {
      // First there: what fails leaves all as it was, and can be done again.
      await publishBundle(home, id, process.env)
      await point(home.bundles, id)
    }
    await recordDecision(home.bundles, {
      time: wall(),
      action: promoted ? 'promoted' : 'refused',
      bundle: id,
      from: from ?? null,
      forced: promoted && failures.length > 0,
      failures,
    })
    return {
      bundle: id,
      from: from ?? null,
      promoted,
      forced: promoted && failures.length > 0,
      failures,
      gates,
      quality: one.quality,
    }
  } finally {
    for (const bundle of opened) await bundle.close()
    await stores.close()
  }
}

/** Examples of the latest part of the log; what came before is only folded. */
const latest = async (
  { log, profiles }: EmbeddedStores,
  catalogue: Catalogue,
  settings: ReturnType<typeof loadSettings>,
  signal: AbortSignal | undefined,
): Promise<Examples> => {
  const attributes = new Map<Id, Int32Array>()
  const known = async function* () {
    for await (const batch of logBatches(log)) {
      signal?.throwIfAborted()
      for (const { userId } of batch) {
        if (!attributes.has(userId)) {
          attributes.set(userId, attributeBuckets(await profiles.user(userId)))
        }
      }
      yield batch
    }
  }
  return replay({
    events: known(),
    catalogue,
    attributes: user => attributes.get(user)!,
    limits: { seen: settings['state.seen'] },
    from: await windowStart(log, settings['gates.window']),
    requests: REQUESTS,
    seed: 'gates',
  })
}
