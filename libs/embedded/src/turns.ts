import { BroadcastChannel, threadId } from 'node:worker_threads'
import type { SharedBundle } from '@explore/adapters'
import type { ThreadError } from './thread-error.ts'

/** Threads load their models in turns, and the tables that the first one read are the tables of all. */
type Message =
  | { readonly ask: number }
  | { readonly turn: number; readonly shared: SharedBundle | undefined }
  | { readonly done: number; readonly shared: SharedBundle | undefined }
  | { readonly done: number; readonly error: ThreadError }

export interface Turns {
  /** Name of the channel, for the threads. */
  readonly channel: string
  /** Resolve when the first thread has loaded, and when all have; reject with the first one's error. */
  readonly first: Promise<void>
  readonly all: Promise<void>
  readonly close: () => void
}

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
  const next = (): void => {
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
      if ('error' in message) return fail(failed(message.error))
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
      channel.close()
      fail(new Error('closed while loading'))
    },
  }
}

/** Waits for this thread's turn, does `work` with the tables that are there already, and passes on its own. */
export const inTurn = async <T extends { readonly shared: SharedBundle | undefined }>(
  name: string,
  work: (shared: SharedBundle | undefined) => Promise<T>,
): Promise<T> => {
  const channel = new BroadcastChannel(name)
  const turn = new Promise<SharedBundle | undefined>(resolve => {
    channel.onmessage = event => {
      const message = (event as MessageEvent).data as Message
      if ('turn' in message && message.turn === threadId) resolve(message.shared)
    }
  })
  channel.postMessage({ ask: threadId } satisfies Message)
  try {
    const result = await work(await turn)
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
