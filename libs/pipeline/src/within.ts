import type { Awaitable } from './stage.ts'

/**
 * The value, or the signal's reason if that comes first. What is already there costs no promise race:
 * an in-process stage pays nothing for the deadline.
 */
export const within = <T>(value: Awaitable<T>, signal: AbortSignal): Awaitable<T> => {
  if (!(value instanceof Promise)) return value
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
