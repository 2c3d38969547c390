import { type RebuildReport, rebuildRedis } from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import type { Home } from '../home.ts'
import type { Progress } from '../progress.ts'
import { loadSettings } from '../settings-file.ts'
import { addressesOf, openStores } from '../stores.ts'
import { snapshotNamed } from './snapshots.ts'

/** Folds the log anew, or on from a snapshot, into the Redis of EXPLORE_STATE while everything serves on. Throws USAGE without one. */
export const rebuildState = async (
  home: Home,
  { snapshot, signal }: { readonly snapshot?: string; readonly signal?: AbortSignal },
  progress: Progress,
): Promise<RebuildReport> => {
  const { state: address } = addressesOf(process.env)
  if (!/^rediss?:/.test(address)) {
    throw new ExploreError('USAGE', 'the state is not in Redis', {
      hint: 'set EXPLORE_STATE=redis://…; state in LMDB is folded anew when its folder is removed',
    })
  }
  const stores = await openStores(home)
  try {
    return await rebuildRedis(address, {
      log: stores.log,
      profiles: stores.profiles,
      settings: loadSettings(home.settings, process.env),
      onProgress: (folded, of) =>
        progress('rebuild', of === 0 ? 1 : folded / of, `${folded} of ${of} events`),
      ...(snapshot !== undefined && { snapshot: await snapshotNamed(home, snapshot) }),
      ...(signal && { signal }),
    })
  } finally {
    await stores.close()
  }
}
