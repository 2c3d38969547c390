import { join } from 'node:path'
import { BroadcastChannel } from 'node:worker_threads'
import { shareBundle, type SharedBundle } from '@explore/adapters'
import type { Home } from './home.ts'
import { packError, type ThreadError, unpackError } from './thread-error.ts'

/** The one copy of a bundle's tables goes from the thread that read it to the threads that serve from it. */
type Message =
  | { readonly want: string }
  | { readonly give: string; readonly shared: SharedBundle }
  | { readonly give: string; readonly error: ThreadError }

const channelOf = (home: Home): BroadcastChannel => new BroadcastChannel(`explore ${home.bundles}`)

/** Answers threads that ask for a bundle; keeps the last one that was asked for. */
export const offerBundles = (home: Home): { readonly close: () => void } => {
  const channel = channelOf(home)
  let last: { readonly id: string; readonly shared: Promise<SharedBundle> } | undefined
  const answer = async (id: string): Promise<void> => {
    if (last?.id !== id) last = { id, shared: shareBundle(join(home.bundles, id)) }
    try {
      channel.postMessage({ give: id, shared: await last.shared } satisfies Message)
    } catch (error) {
      if (last?.id === id) last = undefined
      channel.postMessage({ give: id, error: packError(error) } satisfies Message)
    }
  }
  channel.onmessage = event => {
    const message = (event as MessageEvent).data as Message
    if ('want' in message) void answer(message.want)
  }
  return { close: () => channel.close() }
}

/** Asks the thread that offers bundles for one; rejects with its error where it is broken. */
export const askBundle = (home: Home, id: string): Promise<SharedBundle> =>
  new Promise((resolve, reject) => {
    const channel = channelOf(home)
    channel.onmessage = event => {
      const message = (event as MessageEvent).data as Message
      if (!('give' in message) || message.give !== id) return
      channel.close()
      if ('error' in message) reject(unpackError(message.error))
      else resolve(message.shared)
    }
    channel.postMessage({ want: id } satisfies Message)
  })
