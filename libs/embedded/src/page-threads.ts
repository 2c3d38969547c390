import { setTimeout } from 'node:timers/promises'
import type { SharedBundle } from '@explore/adapters'
import { ExploreError } from '@explore/explore'
import { collectGarbage } from './collect-garbage.ts'
import type { Home } from './home.ts'
import { type PageMaker, pageMaker } from './page-maker.ts'
import type { LoadTask, MadePage, Making, PageTask } from './page-thread.ts'
import type { Successors } from './succession.ts'

/** Requests that may wait; beyond, the caller is told to come back. */
const MAX_QUEUE = 512
/** Pages that wait for each thread before one that loads makes some. */
const ENOUGH = 3
/** After this time without a page nobody is expected. */
const IDLE_MS = 2000

export interface PageThreadsOptions {
  readonly home: Home
  readonly threads: number
  /** The time and the settings by which threads load. */
  readonly circumstances: () => Pick<LoadTask, 'now' | 'inForce'>
  /** Told when a thread dies, which another replaces, or cannot load what serves. */
  readonly onError: (error: unknown) => void
}

export interface PageThreads extends Successors {
  readonly page: (task: PageTask) => Promise<MadePage & Making>
  readonly waiting: () => number
  /** Finishes what was asked for, then ends the threads, loaded or not. */
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly task: PageTask
  readonly resolve: (page: Promise<MadePage & Making>) => void
  readonly reject: (error: unknown) => void
}

/** A bundle, and its tables in memory that threads share. */
interface Loaded {
  readonly bundle: string | undefined
  readonly shared: SharedBundle | undefined
}

/**
 * A few threads that make pages, fed by one queue: the shortest that a small machine can offer. Another bundle is loaded
 * by the same threads, whose code is compiled, one after the other, while the others serve.
 */
export const pageThreads = (options: PageThreadsOptions): PageThreads => {
  const { home, circumstances, onError } = options
  const queue: Waiting[] = []
  const pending = new Set<Promise<unknown>>()
  const joining = new Map<PageMaker, Promise<void>>()
  let serving: Loaded | undefined
  let next: Loaded | undefined
  let closing = false
  /** Pages so far. */
  let asked = 0

  const makers: readonly PageMaker[] = Array.from({ length: options.threads }, (_, i) =>
    pageMaker({ home, onError, died: () => void joined(makers[i]!) }),
  )
  const serves = (maker: PageMaker): boolean =>
    serving !== undefined && maker.serves(serving.bundle)

  /** Who makes the next page: one that loads, and takes several times as long, only where the others have enough. */
  const free = (): PageMaker | undefined => {
    const serving = makers.filter(serves)
    const able = serving.filter(maker => !maker.making())
    const others = serving.filter(maker => !maker.loading())
    const enough = queue.length > others.length * ENOUGH
    return able.find(maker => !maker.loading()) ?? (enough ? able[0] : undefined)
  }

  const assign = (): void => {
    for (let maker = free(); maker !== undefined && queue.length > 0; maker = free()) {
      const { task, resolve } = queue.shift()!
      resolve(maker.page(task).finally(assign))
    }
  }

  const load = async (maker: PageMaker, { bundle, shared }: Loaded): Promise<Loaded> => ({
    bundle,
    shared: await maker.load({ bundle, shared, ...circumstances() }),
  })

  /** Brings a thread to what serves, from whatever it has. */
  const join = async (maker: PageMaker): Promise<void> => {
    while (serving !== undefined && !maker.serves(serving.bundle)) {
      if (closing) throw new ExploreError('SHUTTING_DOWN', 'closed while loading')
      if (maker.holds(serving.bundle)) await maker.takeOver()
      else await load(maker, serving)
    }
  }
  const joined = (maker: PageMaker): Promise<void> => {
    const under = joining.get(maker)
    if (under !== undefined) return under
    const done = join(maker).then(
      () => {
        joining.delete(maker)
        assign()
      },
      (error: unknown) => {
        joining.delete(maker)
        if (!closing) onError(error)
        // Where nobody can serve any more, nobody is waited for.
        if (joining.size > 0 || makers.some(serves)) return
        for (const { reject } of queue.splice(0)) reject(error)
      },
    )
    joining.set(maker, done)
    return done
  }

  /** Has a thread load a bundle while it serves another one, to which it is being brought where it has died. */
  const beside = async (maker: PageMaker, next: Loaded, closed: AbortSignal): Promise<Loaded> => {
    await joining.get(maker)
    closed.throwIfAborted()
    return load(maker, next)
  }

  /**
   * Gives back what was let go of, once nobody asks for pages: collecting holds a thread up for as long as several pages.
   * Threads that are busy come to it by themselves.
   */
  const tidyUp = async (): Promise<void> => {
    const tidied = serving
    for (let before = -1; before !== asked;) {
      before = asked
      await setTimeout(IDLE_MS, undefined, { ref: false })
      if (closing || serving !== tidied) return
    }
    collectGarbage()
    await Promise.all(makers.map(maker => maker.tidy()))
  }

  return {
    prepare: async (bundle, closed) => {
      await Promise.all(joining.values())
      next = { bundle, shared: undefined }
      // At the start the others follow when the first one serves.
      const first = serving === undefined ? makers.slice(0, 1) : makers
      for (const maker of first) {
        const deaths = maker.deaths()
        next = await beside(maker, next, closed).catch((error: unknown) => {
          // Once more where its thread died of something: of the bundle, it does so again.
          if (maker.deaths() === deaths) throw error
          return beside(maker, next!, closed)
        })
      }
    },

    takeOver: async () => {
      const replaces = serving !== undefined
      serving = next
      await Promise.all(makers.map(joined))
      if (replaces) void tidyUp().catch(onError)
    },

    page: async task => {
      if (queue.length >= MAX_QUEUE) {
        throw new ExploreError('OVERLOADED', `${MAX_QUEUE} requests are waiting already`)
      }
      const { promise, resolve, reject } = Promise.withResolvers<MadePage & Making>()
      queue.push({ task, resolve, reject })
      pending.add(promise)
      asked++
      assign()
      // Those that failed are asked again where someone waits for them.
      if (!makers.some(serves)) for (const maker of makers) void joined(maker)
      try {
        return await promise
      } finally {
        pending.delete(promise)
      }
    },

    waiting: () => queue.length,

    close: async () => {
      closing = true
      while (pending.size > 0) await Promise.allSettled(pending)
      await Promise.all(makers.map(maker => maker.close()))
    },
  }
}
