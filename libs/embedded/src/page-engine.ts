import { currentBundle, loadBundle } from '@explore/adapters'
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
import { join } from 'node:path'
import type { Home } from './home.ts'
import type { EmbeddedStores } from './stores.ts'

/**
 * Serves pages from a home's stores and its current bundle. One per thread: the catalogue replica, the models
 * and the lists that sources share are its own.
 */
export const pageEngine = ({ state, profiles }: EmbeddedStores, home: Home) => {
  const catalogue = new Catalogue()
  let bundle: Bundle | undefined
  let settings: Settings | undefined
  let current: Explorer | undefined

  const swapBundle = async (id: string): Promise<void> => {
    const next = await loadBundle(join(home.bundles, id), {
      catalogue,
      catalogueId: profiles.catalogueId,
      counters: items => state.counters(items),
    })
    const previous = bundle
    bundle = next
    current = undefined
    await previous?.close()
  }

  /** An explorer on the freshest catalogue, the promoted bundle and `wanted` settings. */
  const ready = async (
    wanted: Settings,
    bundleId = currentBundle(home.bundles),
  ): Promise<Explorer> => {
    const changed = await profiles.sync(catalogue)
    if (bundleId !== undefined && bundleId !== bundle?.id) await swapBundle(bundleId)
    else if (changed.length > 0) await bundle?.refresh(changed)
    if (current === undefined || settings !== wanted) {
      settings = wanted
      current = explorer({ state, profiles, catalogue, bundle }, wanted)
    }
    return current
  }

  return {
    catalogue,
    ready,
    bundle: () => bundle,
    page: async (
      request: PageRequest,
      call: PageCall,
      wanted: Settings,
      bundleId?: string,
    ): Promise<Page> => (await ready(wanted, bundleId)).page(request, call),
    close: async (): Promise<void> => {
      await bundle?.close()
    },
  }
}

export type PageEngine = ReturnType<typeof pageEngine>
