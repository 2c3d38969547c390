import { availableParallelism } from 'node:os'
import type { ExploreError, PageRequest, PageWatch } from '@explore/explore'
import type { Home } from './home.ts'
import { openWanted } from './open-wanted.ts'
import type { MadePage, PageTask } from './page-thread.ts'
import { type PageThreads, pageThreads } from './page-threads.ts'
import { exploreErrorOf } from './system-error.ts'
import { unpackError } from './thread-error.ts'

/** The bundle that is to serve, and the one that did before. */
export interface Wanted {
  readonly current: string | undefined
  readonly previous: string | undefined
}

export interface PagePoolOptions {
  readonly threads?: number | undefined
  readonly wanted: Wanted
  /** What the next page is to be made by. */
  readonly task: () => Omit<PageTask, 'request' | 'watched'>
  /** Told which bundle serves, and why not the promoted one. */
  readonly tell: (serving: string | undefined, problem: ExploreError | undefined) => void
}

/**
 * The threads that make pages. A bundle comes with threads of its own: they load and warm up beside those that serve,
 * take over all at once, and only then the others finish what they were asked and end. So no request sees two
 * bundles, and none waits for a model to load; for that time the machine holds both.
 */
export const pagePool = (
  home: Home,
  { threads: count = availableParallelism(), wanted, task, tell }: PagePoolOptions,
) => {
  let serving: PageThreads | undefined
  let opening: PageThreads | undefined
  let asked = wanted.current
  let closed = false

  const open = async (bundle: string | undefined): Promise<PageThreads> => {
    const { inForce, call } = task()
    const next = pageThreads({
      ...{ home, bundle, inForce, now: call.now, threads: count },
      warm: serving !== undefined,
      onError: error => tell(serving?.bundle, exploreErrorOf(error)),
    })
    opening = next
    try {
      await next.loaded
      return next
    } catch (error) {
      await next.close()
      throw error
    } finally {
      opening = undefined
    }
  }

  const started = openWanted({ wanted, tell }, open, {
    serves: opened => (serving = opened),
    closed: () => closed,
  })
  started.catch(() => {})

  const swap = async (bundle: string): Promise<void> => {
    try {
      const next = await open(bundle)
      const last = serving
      serving = next
      tell(bundle, undefined)
      await last?.close()
    } catch (error) {
      if (!closed) tell(serving?.bundle, exploreErrorOf(error))
    }
  }
  let swaps: Promise<void> = started

  return {
    page: async (request: PageRequest, watch?: PageWatch): Promise<MadePage> => {
      if (serving === undefined) await started
      const { call, inForce } = task()
      // From here to `run` nothing is waited for: the threads that are chosen are not closing.
      const threads = serving!
      const waiting = { ...call, waiting: threads.waiting() }
      const watched = watch !== undefined
      const result = await threads.run({ inForce, call: waiting, request, watched })
      if ('error' in result) throw unpackError(result.error)
      if (result.steps.length > 0) watch?.steps(result.steps, result.startedAt)
      return result
    },
    /** Pages that wait for a thread. */
    waiting: (): number => serving?.waiting() ?? 0,
    /** Resolves when the first thread has loaded its models. */
    ready: (): Promise<void> => started,
    /** Has `bundle` take over when it is ready; where it is broken, what serves goes on. */
    use: (bundle: string | undefined): void => {
      if (bundle === undefined || bundle === asked) return
      asked = bundle
      // Of several promotions in a row only the last is loaded.
      swaps = swaps.then(() => (bundle === asked && !closed ? swap(bundle) : undefined))
    },
    close: async (): Promise<void> => {
      closed = true
      await opening?.close()
      await swaps.catch(() => {})
      await serving?.close()
    },
  }
}

export type PagePool = ReturnType<typeof pagePool>
