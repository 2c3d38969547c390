import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { loadBundle, type LoadOptions, type SharedBundle } from '@explore/adapters'
import {
  type Bundle,
  Catalogue,
  type Elsewhere,
  ExploreError,
  type Explorer,
  explorer,
  type Page,
  type PageCall,
  type PageRequest,
  type Settings,
} from '@explore/explore'
import { featureTap } from './features/feature-tap.ts'
import type { EmbeddedStores } from './stores.ts'

/** Rankings after which a bundle's pages take no longer than any. */
const REHEARSALS = 8

/** Where an engine's funnel is cut: the stages that other processes run, and what of a bundle it needs itself. */
export interface Cut {
  readonly elsewhere: (settings: Settings) => Elsewhere
  readonly load: Pick<LoadOptions, 'models' | 'tables' | 'search'>
}

/** A bundle that is held, where the funnel is cut while it serves, and what makes pages by it with the latest settings. */
interface Held {
  readonly bundle: Bundle | undefined
  readonly cut: Cut | undefined
  settings?: Settings
  explorer?: Explorer
}

/**
 * Serves pages from a home's stores and one bundle, and loads another one beside it. One per thread: the catalogue
 * replica, the models and the lists that sources share are its own.
 */
export const pageEngine = (
  { state, profiles }: EmbeddedStores,
  now: () => number,
  elsewhere?: (bundle: string, catalogue: Catalogue) => Cut,
) => {
  const catalogue = new Catalogue()
  const tap = featureTap()
  const underWay = new Set<Promise<Page>>()
  let serving: Held = { bundle: undefined, cut: undefined }
  let next: Held | undefined
  let refreshed: Promise<unknown> = Promise.resolve()
  /** What changes while a bundle is being loaded, which may have looked at it before. */
  let missed: Set<number> | undefined

  /** Brings the catalogue up to date, and with it the bundles that are held. */
  const sync = async (): Promise<unknown> => {
    const changed = await profiles.sync(catalogue)
    // Whoever comes while items are embedded waits for them too.
    if (changed.length === 0) return refreshed.catch(() => {})
    for (const item of changed) missed?.add(item)
    const held = [serving.bundle, next?.bundle]
    await (refreshed = Promise.all(held.map(bundle => bundle?.refresh(changed))))
  }

  const dropNext = async (): Promise<void> => {
    const dropped = next
    next = undefined
    await dropped?.bundle?.close()
  }

  /** Loads a bundle, or none, beside the one that serves; pages may be asked for meanwhile. */
  const prepare = async (
    source: string | SharedBundle | undefined,
    { key }: Pick<LoadOptions, 'key'> = {},
  ): Promise<void> => {
    await dropNext()
    await sync()
    if (source === undefined) return void (next = { bundle: undefined, cut: undefined })
    const id = typeof source === 'string' ? basename(source) : source.manifest.id
    const cut = elsewhere?.(id, catalogue)
    missed = new Set()
    try {
      const bundle = await loadBundle(source, {
        ...cut?.load,
        catalogue,
        catalogueId: profiles.catalogueId,
        counters: items => state.counters(items),
        now,
        ...(key && { key }),
      })
      next = { bundle: { ...bundle, secondStage: tap.around(bundle.secondStage) }, cut }
      await bundle.refresh([...missed])
    } finally {
      missed = undefined
    }
  }

  const explorerOf = (held: Held, wanted: Settings): Explorer => {
    if (held.explorer === undefined || held.settings !== wanted) {
      const { bundle, cut } = held
      held.settings = wanted
      held.explorer = explorer(
        { state, profiles, catalogue, bundle, elsewhere: cut?.elsewhere },
        wanted,
      )
    }
    return held.explorer
  }

  /** Ranks by what was prepared for some who get nothing: a bundle's first pages take ten times as long as later ones. */
  const rehearse = async (wanted: Settings): Promise<void> => {
    const users = await state.userIds(undefined, REHEARSALS)
    for (const [i, user] of users.entries()) {
      if (next === undefined) return
      // What fails here fails again where someone waits for it, and is told there.
      await explorerOf(next, wanted)
        .ranking(user, { now: now(), requestId: `rehearsal-${i}` })
        .catch(() => {})
      await setImmediate()
    }
  }

  /**
   * Has what was prepared serve from now on. Pages that are being made end on the bundle that they began with; resolves
   * when that is closed.
   */
  const takeOver = async (): Promise<void> => {
    if (next === undefined) throw new ExploreError('INTERNAL', 'no bundle was prepared')
    const last = serving
    serving = next
    next = undefined
    await Promise.allSettled(underWay)
    await last.bundle?.close()
  }

  /** An explorer on the freshest catalogue, the bundle that serves and `wanted` settings. */
  const ready = async (wanted: Settings): Promise<Explorer> => {
    await sync()
    return explorerOf(serving, wanted)
  }

  return {
    catalogue,
    /** What the second stage is asked of a page. */
    tap,
    prepare,
    rehearse,
    takeOver,
    /** Both at once; where it throws, what served serves on. */
    load: async (source: string, options?: Pick<LoadOptions, 'key'>): Promise<void> => {
      await prepare(source, options)
      await takeOver()
    },
    ready,
    bundle: (): Bundle | undefined => serving.bundle,
    page: async (request: PageRequest, call: PageCall, wanted: Settings): Promise<Page> => {
      const page = ready(wanted).then(explorer => explorer.page(request, call))
      underWay.add(page)
      try {
        return await page
      } finally {
        underWay.delete(page)
      }
    },
    close: async (): Promise<void> => {
      await dropNext()
      await serving.bundle?.close()
    },
  }
}

export type PageEngine = ReturnType<typeof pageEngine>
