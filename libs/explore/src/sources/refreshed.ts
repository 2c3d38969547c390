import type { Awaitable } from '@explore/pipeline'

/** A value that all requests of a process share and that is at most `age` milliseconds old. */
export const refreshed = <T>(age: number, load: (now: number) => Awaitable<T>) => {
  let value: { readonly at: number; readonly of: Awaitable<T> } | undefined
  return (now: number): Awaitable<T> => {
    if (value === undefined || now - value.at >= age || now < value.at) {
      const entry = { at: now, of: load(now) }
      value = entry
      // A failed load must not be kept until it is stale.
      if (entry.of instanceof Promise) entry.of.catch(() => value === entry && (value = undefined))
    }
    return value.of
  }
}
