import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { ExploreError, type Page, type PageRequest } from '@explore/explore'
import { Piscina } from 'piscina'
import type { Home } from './home.ts'
import type { PageParts, PageResult, PageTask } from './page-thread.ts'
import { unpackError } from './thread-error.ts'

/** Requests that may wait; beyond, the caller is told to come back. */
const MAX_QUEUE = 512

export interface PagePoolOptions {
  readonly threads?: number | undefined
  /** What the next page is to be made by. */
  readonly task: () => PageTask
  /** Told with each page which bundle serves, and why not the promoted one. */
  readonly tell: (serving: string | undefined, problem: ExploreError | undefined) => void
}

/** A few threads fed by one shared queue: the shortest queue that a small machine can offer. */
export const pagePool = (
  home: Home,
  { threads = availableParallelism(), task, tell }: PagePoolOptions,
) => {
  const { call, ...parts } = task()
  const pool = new Piscina<PageTask, PageResult>({
    filename: fileURLToPath(new URL('./page-thread.ts', import.meta.url)),
    workerData: { home, parts: parts satisfies PageParts, now: call.now },
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    maxQueue: MAX_QUEUE,
    concurrentTasksPerWorker: 1,
  })

  const run = async (task: PageTask): Promise<PageResult> => {
    let result: PageResult
    try {
      result = await pool.run(task)
    } catch (cause) {
      if (pool.queueSize >= MAX_QUEUE) {
        throw new ExploreError('OVERLOADED', `${MAX_QUEUE} requests are waiting already`, { cause })
      }
      throw cause
    }
    const { serving, problem, error } = result
    tell(serving, problem && unpackError(problem))
    if (error !== undefined) throw unpackError(error)
    return result
  }

  return {
    page: async (request: PageRequest): Promise<Page> => {
      const asked = task()
      const call = { ...asked.call, waiting: pool.queueSize }
      return (await run({ ...asked, call, request })).page!
    },
    /** Resolves when the first thread has loaded its models. */
    ready: async (): Promise<void> => void (await run(task())),
    close: (): Promise<void> => pool.close(),
  }
}

export type PagePool = ReturnType<typeof pagePool>
