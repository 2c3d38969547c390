import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { ExploreError, type Page } from '@explore/explore'
import { Piscina } from 'piscina'
import type { Home } from './home.ts'
import type { PageResult, PageTask } from './page-thread.ts'
import { unpackError } from './thread-error.ts'

/** Requests that may wait; beyond, the caller is told to come back. */
const MAX_QUEUE = 512

/** A few threads fed by one shared queue: the shortest queue that a small machine can offer. */
export const pagePool = (
  home: Home,
  onBundle: (problem: ExploreError | undefined) => void,
  threads = availableParallelism(),
) => {
  const pool = new Piscina<PageTask, PageResult>({
    filename: fileURLToPath(new URL('./page-thread.ts', import.meta.url)),
    workerData: { home },
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    maxQueue: MAX_QUEUE,
    concurrentTasksPerWorker: 1,
  })
  return {
    threads,
    waiting: (): number => pool.queueSize,
    page: async (task: PageTask): Promise<Page> => {
      let result: PageResult
      try {
        result = await pool.run(task)
      } catch (cause) {
        if (pool.queueSize >= MAX_QUEUE) {
          throw new ExploreError('OVERLOADED', `${MAX_QUEUE} requests are waiting already`, {
            cause,
          })
        }
        throw cause
      }
      if ('error' in result) throw unpackError(result.error)
      onBundle(result.problem && unpackError(result.problem))
      return result.page
    },
    /** Has every thread load its models by one page of `request`, before the first caller comes. */
    warm: async (task: () => PageTask): Promise<void> => {
      await Promise.allSettled(Array.from({ length: threads }, () => pool.run(task())))
    },
    close: (): Promise<void> => pool.close(),
  }
}

export type PagePool = ReturnType<typeof pagePool>
