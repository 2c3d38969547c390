import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { ExploreError } from '@explore/explore'
import { Piscina } from 'piscina'
import type { PageResult, PageTask, ThreadData } from './page-thread.ts'
import { unpackError } from './thread-error.ts'
import { giveTurns } from './turns.ts'

/** Requests that may wait; beyond, the caller is told to come back. */
const MAX_QUEUE = 512

export interface PageThreadsOptions extends Omit<ThreadData, 'channel'> {
  readonly threads: number
  /** Told when a thread cannot load, or dies; then another takes its place. */
  readonly onError: (error: unknown) => void
}

/** A few threads that serve one bundle, fed by one shared queue: the shortest queue that a small machine can offer. */
export const pageThreads = ({ threads, onError, ...data }: PageThreadsOptions) => {
  const turns = giveTurns(`explore pages ${randomUUID()}`, threads, {
    together: !data.warm,
    failed: packed => {
      const error = unpackError(packed)
      // Where others serve already, nobody waits for this one.
      onError(error)
      return error
    },
  })
  const pool = new Piscina<PageTask, PageResult>({
    filename: fileURLToPath(new URL('./page-thread.ts', import.meta.url)),
    workerData: { ...data, channel: turns.channel } satisfies ThreadData,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    maxQueue: MAX_QUEUE,
    concurrentTasksPerWorker: 1,
  })
  pool.on('error', onError)
  const pending = new Set<Promise<PageResult>>()
  return {
    bundle: data.bundle,
    /** Resolves when a thread can serve, or all can where they take the place of others; rejects with why not. */
    loaded: data.warm ? turns.all : turns.first,
    waiting: (): number => pool.queueSize,
    run: async (task: PageTask): Promise<PageResult> => {
      const running = pool.run(task)
      pending.add(running)
      try {
        return await running
      } catch (cause) {
        if (pool.queueSize < MAX_QUEUE) throw cause
        throw new ExploreError('OVERLOADED', `${MAX_QUEUE} requests are waiting already`, { cause })
      } finally {
        pending.delete(running)
      }
    },
    /** Finishes what was asked for, then ends the threads, loaded or not. */
    close: async (): Promise<void> => {
      // A thread that is ended inside native code takes the process with it, or never ends: Piscina ends threads that
      // are asleep, and only those.
      while (pending.size > 0) await Promise.allSettled(pending)
      await turns.close()
      await pool.destroy()
    },
  }
}

export type PageThreads = ReturnType<typeof pageThreads>
