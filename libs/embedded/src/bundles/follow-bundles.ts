import {
  type BundleStore,
  currentBundle,
  openBundleStore,
  promoteBundle,
  pruneBundles,
  pullBundle,
} from '@explore/adapters'
import type { ExploreError } from '@explore/explore'
import type { Home } from '../home.ts'
import { exploreErrorOf } from '../system-error.ts'
import { storeKey } from './publish-bundle.ts'

/** Bundles that stay here beside the one that serves and the one before. */
const KEPT = 5
/** So long at most a start waits for its first bundle. */
const FIRST_MS = 60_000
/** So long at most a bundle that was refused is left alone. */
const LONGEST_MS = 300_000

export interface BundleFollower {
  /** Has a bundle of the store here; undefined where no store is named. */
  readonly fetch: ((id: string) => Promise<void>) | undefined
  readonly close: () => Promise<void>
}

/**
 * Follows the store that EXPLORE_BUNDLES names: what is promoted there is fetched, checked and promoted here, so that whoever
 * looks at the home's pointers takes it over. What can't be fetched or is not sound is told, and what serves goes on.
 * Resolves after the first look. Without that variable it does nothing.
 */
export const followBundles = async (
  home: Home,
  environment: Readonly<Record<string, string | undefined>>,
  tell: (problem: ExploreError | undefined) => void,
): Promise<BundleFollower> => {
  const store = await openBundleStore(environment)
  if (store === undefined) return { fetch: undefined, close: async () => {} }
  const follower = follow(home, store, tell)
  await follower.first
  return follower
}

const follow = (
  home: Home,
  store: BundleStore,
  tell: (problem: ExploreError | undefined) => void,
) => {
  const fetching = new Map<string, Promise<void>>()
  let refused = { id: '', until: 0, wait: 0 }
  let timer: NodeJS.Timeout | undefined
  let closed = false

  /** One fetch of a bundle at a time, whoever asks for it. */
  const fetch = (id: string): Promise<void> => {
    const running =
      fetching.get(id) ??
      (async () => void (await pullBundle(store, home.bundles, id, await storeKey(home))))()
    fetching.set(id, running)
    return running.finally(() => fetching.delete(id))
  }

  const look = async (): Promise<void> => {
    let id: string | undefined
    try {
      id = await store.current()
      if (id === undefined || id === (await currentBundle(home.bundles))) return tell(undefined)
      if (id === refused.id && performance.now() < refused.until) return
      await fetch(id)
      await promoteBundle(home.bundles, id)
      await pruneBundles(home.bundles, { keep: KEPT })
      tell(undefined)
    } catch (error) {
      if (id !== undefined) refused = later(refused, id, store.every)
      tell(exploreErrorOf(error))
    }
  }
  const again = async (): Promise<void> => {
    await look()
    if (!closed) timer = setTimeout(() => void (looking = again()), store.every).unref()
  }
  let looking = again()

  return {
    first: Promise.race([
      looking,
      new Promise<void>(resolve => setTimeout(resolve, FIRST_MS).unref()),
    ]),
    fetch,
    close: async (): Promise<void> => {
      closed = true
      clearTimeout(timer)
      store.close()
      await looking
    },
  }
}

const later = ({ id: last, wait }: { id: string; wait: number }, id: string, every: number) => {
  const next = id === last ? Math.min(LONGEST_MS, wait * 2) : every
  return { id, wait: next, until: performance.now() + next }
}
