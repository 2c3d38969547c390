import { BroadcastChannel, threadId } from 'node:worker_threads'
import type { SharedBundle } from '@explore/adapters'
import type { ThreadError } from './thread-error.ts'

/** Threads load their models in turns, and the tables that the first one read are the tables of all. */
type Message =
  | { readonly ask: number }
  | { readonly turn: number; readonly shared: SharedBundle | undefined }
  | { readonly done: number; readonly shared: SharedBundle | undefined }
  | { readonly done: number; readonly error: ThreadError }
  | { readonly stop: true }

export interface Turns {
  /** Name of the channel, for the threads. */
  readonly channel: string
  /** Resolve when the first thread has loaded, and when all have; reject with the first one's error. */
  readonly first: Promise<void>
  readonly all: Promise<void>
  /** Gives out no more turns, has those who load hurry, and resolves when none does. */
  readonly close: () => Promise<void>
}

/** How long threads that load may take to end when they are asked to: only one that hangs needs as long. */
const GRACE = 60_000

/**
 * Gives out turns to `threads` threads: one at a time, so that those that serve meanwhile keep the other cores;
 * `together` after the first one, where nobody serves yet.
 */
export const giveTurns = (
  name: string,
  threads: number,
  { together, failed }: { together: boolean; failed: (error: ThreadError) => Error },
): Turns => {
  const channel = new BroadcastChannel(name)
  const first = Promise.withResolvers<void>()
  const all = Promise.withResolvers<void>()
  for (const { promise } of [first, all]) promise.catch(() => {})
  const waiting: number[] = []
  let shared: SharedBundle | undefined
  let loading = 0
  let loaded = 0
  let closing = false
  const idle = Promise.withResolvers<void>()
  const settle = (): void => {
    if (closing && loading === 0) idle.resolve()
  }
  const next = (): void => {
    if (closing) return settle()
    while (waiting.length > 0 && (loading === 0 || (together && loaded > 0))) {
      loading++
      channel.postMessage({ turn: waiting.shift()!, shared } satisfies Message)
    }
  }
  const fail = (error: Error): void => {
    first.reject(error)
    all.reject(error)
  }
  channel.onmessage = event => {
    const message = (event as MessageEvent).data as Message
    if ('ask' in message) waiting.push(message.ask)
    else if ('done' in message) {
      loading--
      if ('error' in message) {
        fail(failed(message.error))
        // What one could not load, the others are not asked to.
        return settle()
      }
      shared ??= message.shared
      if (++loaded === 1) first.resolve()
      if (loaded === threads) all.resolve()
    }
    next()
  }
  return {
    channel: name,
    first: first.promise,
    all: all.promise,
    close: () => {
      if (closing) return idle.promise
      closing = true
      fail(new Error('closed while loading'))
      channel.postMessage({ stop: true } satisfies Message)
      const deadline = setTimeout(idle.resolve, GRACE)
      settle()
      return idle.promise.then(() => {
        clearTimeout(deadline)
        channel.close()
      })
    },
  }
}

/**
 * Waits for this thread's turn, does `work` with the tables that are there already, and passes on its own. The signal
 * says that nobody waits for the work any more.
 */
export const inTurn = async <T extends { readonly shared: SharedBundle | undefined }>(
  name: string,
  work: (shared: SharedBundle | undefined, signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const stop = new AbortController()
  const channel = new BroadcastChannel(name)
  const turn = new Promise<SharedBundle | undefined>(resolve => {
    channel.onmessage = event => {
      const message = (event as MessageEvent).data as Message
      if ('turn' in message && message.turn === threadId) resolve(message.shared)
      if ('stop' in message) stop.abort()
    }
  })
  channel.postMessage({ ask: threadId } satisfies Message)
  try {
    const result = await work(await turn, stop.signal)
    channel.postMessage({ done: threadId, shared: result.shared } satisfies Message)
    return result
  } catch (error) {
    const { packError } = await import('./thread-error.ts')
    channel.postMessage({ done: threadId, error: packError(error) } satisfies Message)
    throw error
  } finally {
    channel.close()
  }
}
