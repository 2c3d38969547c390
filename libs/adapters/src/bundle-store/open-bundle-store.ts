import type { BundleStore } from './bundle-store.ts'
import { openS3Store } from './s3-store.ts'

/** The store that EXPLORE_BUNDLES names; undefined where bundles lie in the home alone. Throws SETTING_INVALID. */
export const openBundleStore = async ({
  EXPLORE_BUNDLES: url,
}: Readonly<Record<string, string | undefined>>): Promise<BundleStore | undefined> =>
  url === undefined ? undefined : openS3Store(url)
