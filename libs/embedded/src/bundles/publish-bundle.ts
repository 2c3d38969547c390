import type { KeyObject } from 'node:crypto'
import { openBundleStore, pushBundle, verifyingKey } from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import type { Home } from '../home.ts'

interface Published {
  readonly store: string
  /** None where it was there already. */
  readonly sent: readonly string[]
}

/** Puts a bundle of the home into the store that EXPLORE_BUNDLES names, and has it serve; undefined where none is named. */
export const publishBundle = async (
  home: Home,
  id: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Published | undefined> => {
  const store = await openBundleStore(environment)
  if (store === undefined) return undefined
  try {
    const sent = await pushBundle(store, home.bundles, id, await verifyingKey(home.key))
    await store.point(id)
    return { store: store.name, sent }
  } finally {
    store.close()
  }
}

/** What bundles of a store are checked with. Throws BUNDLE_SIGNATURE where a key is named that is not there. */
export const storeKey = async (home: Home): Promise<KeyObject | undefined> => {
  const key = await verifyingKey(home.key)
  if (key !== undefined || process.env.EXPLORE_BUNDLE_KEY === undefined) return key
  throw new ExploreError('BUNDLE_SIGNATURE', `there is no key at ${home.key}`, {
    field: 'EXPLORE_BUNDLE_KEY',
    hint: 'name the file of the key, private or public, by which bundles are signed',
  })
}
