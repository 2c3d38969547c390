import { join } from 'node:path'
import { loadBundle, type Manifest, verifyingKey } from '@explore/adapters'
import { Catalogue } from '@explore/explore'
import type { Home } from '../home.ts'
import { openStores } from '../stores.ts'

/** Loads a bundle as a server would: checksums, signature, catalogue, every model run once. Throws what is wrong with it. */
export const inspectBundle = async (
  home: Home,
  id: string,
  wall: () => number,
): Promise<Pick<Manifest, 'id' | 'items'>> => {
  const { profiles, state, close } = await openStores(home)
  try {
    const catalogue = new Catalogue()
    await profiles.sync(catalogue)
    const key = await verifyingKey(home.key)
    const bundle = await loadBundle(join(home.bundles, id), {
      catalogue,
      catalogueId: profiles.catalogueId,
      counters: items => state.counters(items),
      now: wall,
      ...(key && { key }),
    })
    await bundle.close()
    return { id: bundle.id, items: bundle.items }
  } finally {
    await close()
  }
}
