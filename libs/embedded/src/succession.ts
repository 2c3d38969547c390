import type { ExploreError } from '@explore/explore'
import { exploreErrorOf } from './system-error.ts'

/** The bundle that is to serve, and the one that did before. */
export interface Wanted {
  readonly current: string | undefined
  readonly previous: string | undefined
}

/** Told which bundle serves, and why not the promoted one. */
export type TellOfBundle = (serving: string | undefined, problem: ExploreError | undefined) => void

/** A bundle's turn: another one each time, if of the same bundle. */
export interface Serving {
  readonly bundle: string | undefined
}

/** What serves by one bundle, or by none, and can load another one beside it. */
export interface Successors {
  /** Loads it beside; `closing` says that nobody waits for it any more. */
  readonly prepare: (bundle: string | undefined, closing: AbortSignal) => Promise<void>
  /** Has what was prepared serve from now on; resolves when what served before is closed. */
  readonly takeOver: () => Promise<void>
}

/** The bundles of a process, one after the other. */
export const succession = (
  { wanted, tell }: { readonly wanted: Wanted; readonly tell: TellOfBundle },
  { prepare, takeOver }: Successors,
) => {
  let serving: Serving | undefined
  let asked = wanted.current
  const closing = new AbortController()
  /** Swaps that have not ended. */
  let coming = 0
  let changed = Promise.withResolvers<void>()

  const told = (error: unknown): void => {
    if (!closing.signal.aborted) tell(serving?.bundle, exploreErrorOf(error))
  }

  /** Has what is prepared serve, and says so; the result resolves when what served before is closed. */
  const change = (bundle: string | undefined, problem?: ExploreError): Promise<void> => {
    const ended = takeOver()
    serving = { bundle }
    changed.resolve()
    changed = Promise.withResolvers()
    tell(bundle, problem)
    return ended
  }

  /** By the promoted bundle, or the one before, or none, as pages can be made by either. */
  const start = async (): Promise<void> => {
    let problem: ExploreError | undefined
    for (const bundle of new Set([wanted.current, wanted.previous, undefined])) {
      try {
        await prepare(bundle, closing.signal)
        change(bundle, problem).catch(told)
        return
      } catch (error) {
        problem ??= exploreErrorOf(error)
        if (bundle === undefined || closing.signal.aborted) throw problem
      }
    }
  }

  const started = start()
  started.catch(() => {})
  let swaps: Promise<void> = started

  return {
    /** Resolves when something serves; rejects where nothing can. */
    started,
    /** What serves; undefined before the start has ended. */
    now: (): Serving | undefined => serving,
    /** Resolves when another bundle serves; undefined where none is being loaded. */
    change: (): Promise<void> | undefined => (coming === 0 ? undefined : changed.promise),
    /** Has `bundle` take over when it is ready; where it is broken, what serves goes on. */
    use: (bundle: string | undefined): void => {
      if (bundle === undefined || bundle === asked) return
      asked = bundle
      coming++
      swaps = swaps
        .then(async () => {
          // Of several promotions in a row only the last is loaded.
          if (bundle !== asked || closing.signal.aborted) return
          await prepare(bundle, closing.signal)
          await change(bundle)
        })
        .catch(told)
        .finally(() => coming--)
    },
    /** Resolves when nothing is being loaded any more. */
    close: async (): Promise<void> => {
      closing.abort()
      await swaps.catch(() => {})
    },
  }
}
