import type { Awaitable } from './stage.ts'

/**
 * The value, or the signal's reason if that comes first. What is already there costs no promise race:
 * an in-process stage pays nothing for the deadline.
 */
export const within = <T>(value: Awaitable<T>, signal: AbortSignal): Awaitable<T> => {
  if (!(value instanceof Promise)) return value
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    // A late failure has nobody left to hear it: taking it here keeps it from ending the process.
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
