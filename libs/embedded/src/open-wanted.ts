import type { ExploreError } from '@explore/explore'
import type { PagePoolOptions } from './page-pool.ts'
import { exploreErrorOf } from './system-error.ts'

/**
 * What makes pages at first: by the promoted bundle, or the one before, or none, as pages can be made by either. Tells
 * which, and why not the promoted one; rejects with that where none can be opened, or nobody waits any more.
 */
export const openWanted = async <T>(
  { wanted, tell }: Pick<PagePoolOptions, 'wanted' | 'tell'>,
  open: (bundle: string | undefined) => Promise<T>,
  { serves, closed }: { readonly serves: (opened: T) => void; readonly closed: () => boolean },
): Promise<void> => {
  let problem: ExploreError | undefined
  for (const bundle of new Set([wanted.current, wanted.previous, undefined])) {
    try {
      serves(await open(bundle))
      return tell(bundle, problem)
    } catch (error) {
      problem ??= exploreErrorOf(error)
      if (bundle === undefined || closed()) throw problem
    }
  }
}
