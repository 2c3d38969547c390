import { basename } from 'node:path'
import { loadBundle, type LoadOptions, type SharedBundle } from '@explore/adapters'
import {
  type Bundle,
  Catalogue,
  type Elsewhere,
  type Explorer,
  explorer,
  type Page,
  type PageCall,
  type PageRequest,
  type Settings,
} from '@explore/explore'
import { featureTap } from './features/feature-tap.ts'
import type { EmbeddedStores } from './stores.ts'

/** Where an engine's funnel is cut: the stages that other processes run, and what of a bundle it needs itself. */
export interface Cut {
  readonly elsewhere: (settings: Settings) => Elsewhere
  readonly load: Pick<LoadOptions, 'models' | 'tables' | 'search'>
}

/**
 * Serves pages from a home's stores and one bundle. One per thread: the catalogue replica, the models and the lists
 * that sources share are its own.
 */
export const pageEngine = (
  { state, profiles }: EmbeddedStores,
  now: () => number,
  elsewhere?: (bundle: string, catalogue: Catalogue) => Cut,
) => {
  const catalogue = new Catalogue()
  let cut: Cut | undefined
  const tap = featureTap()
  let bundle: Bundle | undefined
  let settings: Settings | undefined
  let current: Explorer | undefined

  /** Takes the place of what served, which is closed; where it throws, that serves on. */
  const load = async (
    source: string | SharedBundle,
    { key }: Pick<LoadOptions, 'key'> = {},
  ): Promise<void> => {
    await profiles.sync(catalogue)
    const last = bundle
    const id = typeof source === 'string' ? basename(source) : source.manifest.id
    cut = elsewhere?.(id, catalogue)
    const next = await loadBundle(source, {
      ...cut?.load,
      catalogue,
      catalogueId: profiles.catalogueId,
      counters: items => state.counters(items),
      now,
      ...(key && { key }),
    })
    bundle = { ...next, secondStage: tap.around(next.secondStage) }
    current = undefined
    await last?.close()
  }

  /** An explorer on the freshest catalogue, the bundle that was loaded last and `wanted` settings. */
  const ready = async (wanted: Settings): Promise<Explorer> => {
    const changed = await profiles.sync(catalogue)
    if (changed.length > 0) await bundle?.refresh(changed)
    if (current === undefined || settings !== wanted) {
      settings = wanted
      current = explorer({ state, profiles, catalogue, bundle, elsewhere: cut?.elsewhere }, wanted)
    }
    return current
  }

  return {
    catalogue,
    /** What the second stage is asked of a page. */
    tap,
    load,
    ready,
    bundle: (): Bundle | undefined => bundle,
    page: async (request: PageRequest, call: PageCall, wanted: Settings): Promise<Page> =>
      (await ready(wanted)).page(request, call),
    close: async (): Promise<void> => {
      await bundle?.close()
    },
  }
}

export type PageEngine = ReturnType<typeof pageEngine>
