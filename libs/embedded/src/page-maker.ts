import { fileURLToPath } from 'node:url'
import type { SharedBundle } from '@explore/adapters'
import { Piscina } from 'piscina'
import type { Home } from './home.ts'
import type { Answer, LoadTask, MadePage, Making, PageTask } from './page-thread.ts'
import type { Serving } from './succession.ts'
import { unpackError } from './thread-error.ts'

/** A page, a bundle that loads beside it, and one that takes over or is tidied up after. */
const AT_ONCE = 3

export interface PageMakerOptions {
  readonly home: Home
  /** Told that the thread has died, and another one has its place, which has no bundle. */
  readonly died: () => void
  readonly onError: (error: unknown) => void
}

/** One page thread. What it was asked rejects where it dies. */
export const pageMaker = ({ home, died, onError }: PageMakerOptions) => {
  const pool = new Piscina<unknown, Answer<never>>({
    filename: fileURLToPath(new URL('./page-thread.ts', import.meta.url)),
    workerData: home,
    minThreads: 1,
    maxThreads: 1,
    idleTimeout: Infinity,
    concurrentTasksPerWorker: AT_ONCE,
  })
  const underWay = new Set<Promise<unknown>>()
  let deaths = 0
  /** By which bundle, where it has one to make pages by: that may be none. */
  let serves: Serving | undefined
  let holds: Serving | undefined
  let making = false
  let loading = false
  let closed = false
  pool.on('error', onError)
  pool.on('workerDestroy', () => {
    serves = holds = undefined
    deaths++
    // Piscina has not yet taken it from its threads.
    if (!closed) queueMicrotask(died)
  })

  const ask = async <T>(name: string, task?: unknown): Promise<T> => {
    const asked = pool.run(task, { name }) as Promise<Answer<T>>
    underWay.add(asked)
    try {
      const answer = await asked
      if ('error' in answer) throw unpackError(answer.error)
      return answer.done
    } finally {
      underWay.delete(asked)
    }
  }

  return {
    /** Whether its pages are made by `bundle`. */
    serves: (bundle: string | undefined): boolean =>
      serves !== undefined && serves.bundle === bundle,
    /** Whether it has loaded `bundle`, which is to take over. */
    holds: (bundle: string | undefined): boolean => holds !== undefined && holds.bundle === bundle,
    /** How often its thread has died. */
    deaths: (): number => deaths,
    /** Whether it makes a page: it makes one at a time. */
    making: (): boolean => making,
    /** Whether it loads a bundle, with which its pages take turns. */
    loading: (): boolean => loading,

    load: async (task: LoadTask): Promise<SharedBundle | undefined> => {
      loading = true
      holds = undefined
      try {
        const shared = await ask<SharedBundle | undefined>('load', task)
        holds = task
        return shared
      } finally {
        loading = false
      }
    },

    /** Has it make pages by what it holds; resolves when it has let go of the bundle before. */
    takeOver: async (): Promise<void> => {
      const taken = ask<void>('takeOver')
      // It does things in the order in which it is asked.
      serves = holds
      holds = undefined
      await taken
    },

    tidy: (): Promise<void> => ask<void>('tidy'),

    page: async (task: PageTask): Promise<MadePage & Making> => {
      making = true
      try {
        return await ask<MadePage & Making>('page', task)
      } finally {
        making = false
      }
    },

    /** Waits for what it was asked: a thread that is ended inside native code takes the process with it, or never ends. */
    close: async (): Promise<void> => {
      while (underWay.size > 0) await Promise.allSettled(underWay)
      closed = true
      await pool.destroy()
    },
  }
}

export type PageMaker = ReturnType<typeof pageMaker>
