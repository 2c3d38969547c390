import { loadBundle, type SharedBundle } from '@explore/adapters'
import {
  type Bundle,
  Catalogue,
  type Explorer,
  explorer,
  type Page,
  type PageCall,
  type PageRequest,
  type Settings,
} from '@explore/explore'
import type { EmbeddedStores } from './stores.ts'

/** Where an engine gets a bundle from: its folder, or what another thread shares. */
export type BundleSource = (id: string) => Promise<string | SharedBundle>

/**
 * Serves pages from a home's stores and one bundle at a time. One per thread: the catalogue replica, the models
 * and the lists that sources share are its own.
 */
export const pageEngine = (
  { state, profiles }: EmbeddedStores,
  bundles: BundleSource,
  now: () => number,
) => {
  const catalogue = new Catalogue()
  let bundle: Bundle | undefined
  let settings: Settings | undefined
  let current: Explorer | undefined
  /** The last id that was asked for, and why it does not serve: a broken bundle is not loaded again and again. */
  let asked: string | undefined
  let problem: unknown

  const load = async (id: string): Promise<void> => {
    const next = await loadBundle(await bundles(id), {
      catalogue,
      catalogueId: profiles.catalogueId,
      counters: items => state.counters(items),
      now,
    })
    const last = bundle
    bundle = next
    current = undefined
    await last?.close()
  }

  /** Loads `id`; where that fails, what serves goes on, and where nothing does, `previous` takes over. */
  const swapBundle = async (id: string, previous: string | undefined): Promise<void> => {
    asked = id
    problem = undefined
    try {
      await load(id)
    } catch (error) {
      problem = error
      if (bundle === undefined && previous !== undefined) await load(previous).catch(() => {})
    }
  }

  /** An explorer on the freshest catalogue, the bundle `id` where it is sound, and `wanted` settings. */
  const ready = async (
    wanted: Settings,
    id: string | undefined,
    previous?: string,
  ): Promise<Explorer> => {
    const changed = await profiles.sync(catalogue)
    if (id !== undefined && id !== asked) await swapBundle(id, previous)
    if (changed.length > 0) await bundle?.refresh(changed)
    if (current === undefined || settings !== wanted) {
      settings = wanted
      current = explorer({ state, profiles, catalogue, bundle }, wanted)
    }
    return current
  }

  return {
    catalogue,
    ready,
    bundle: (): Bundle | undefined => bundle,
    /** Why the bundle that was asked for last does not serve; the one before it does, where there was one. */
    problem: (): unknown => problem,
    page: async (
      request: PageRequest,
      call: PageCall,
      wanted: Settings,
      id: string | undefined,
      previous?: string,
    ): Promise<Page> => (await ready(wanted, id, previous)).page(request, call),
    close: async (): Promise<void> => {
      await bundle?.close()
    },
  }
}

export type PageEngine = ReturnType<typeof pageEngine>
