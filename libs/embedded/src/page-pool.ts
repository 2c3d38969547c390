import { availableParallelism } from 'node:os'
import type { PageRequest, PageWatch } from '@explore/explore'
import type { Home } from './home.ts'
import type { MadePage, PageTask } from './page-thread.ts'
import { pageThreads } from './page-threads.ts'
import { succession, type TellOfBundle, type Wanted } from './succession.ts'
import { exploreErrorOf } from './system-error.ts'

export interface PagePoolOptions {
  readonly threads?: number | undefined
  readonly wanted: Wanted
  /** What the next page is to be made by. */
  readonly task: () => Omit<PageTask, 'request' | 'watched'>
  readonly tell: TellOfBundle
}

/** Makes pages by the promoted bundle, on threads of its own. */
export const pagePool = (
  home: Home,
  { threads: count = availableParallelism(), wanted, task, tell }: PagePoolOptions,
) => {
  const threads = pageThreads({
    ...{ home, threads: count },
    circumstances: () => ({ now: task().call.now, inForce: task().inForce }),
    onError: error => tell(bundles.now()?.bundle, exploreErrorOf(error)),
  })
  const bundles = succession({ wanted, tell }, threads)

  return {
    page: async (request: PageRequest, watch?: PageWatch): Promise<MadePage> => {
      if (bundles.now() === undefined) await bundles.started
      const { call, inForce } = task()
      const waiting = { ...call, waiting: threads.waiting() }
      const watched = watch !== undefined
      const result = await threads.page({ inForce, call: waiting, request, watched })
      if (result.steps.length > 0) watch?.steps(result.steps, result.startedAt)
      return result
    },
    /** Pages that wait for a thread. */
    waiting: threads.waiting,
    /** Resolves when the first thread has loaded its models. */
    ready: (): Promise<void> => bundles.started,
    use: bundles.use,
    close: async (): Promise<void> => {
      await bundles.close()
      await threads.close()
    },
  }
}

export type PagePool = ReturnType<typeof pagePool>
