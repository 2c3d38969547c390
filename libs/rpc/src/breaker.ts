import { ExploreError } from '@explore/explore'

/** So many calls in a row must have got no answer. */
const FAILURES = 5
/** For how long nobody asks then; after it one call tries. */
const REST_MS = 1000

/**
 * Spares callers the wait for a service that gives no answer: after some calls in a row without one they fail at once, and
 * one call in a while looks whether it is back. Errors that the service itself answers are answers.
 */
export const breaker = (name: string, now: () => number) => {
  let failures = 0
  let until = -Infinity
  let trying = false

  return async <T>(work: () => Promise<T>): Promise<T> => {
    const open = failures >= FAILURES
    if (open && (trying || now() < until)) {
      throw new ExploreError('SERVICE_UNREACHABLE', `${name} gave no answer lately`)
    }
    trying = open
    try {
      const result = await work()
      failures = 0
      return result
    } catch (error) {
      if (!unanswered(error)) failures = 0
      else if (++failures >= FAILURES) until = now() + REST_MS
      throw error
    } finally {
      if (open) trying = false
    }
  }
}

/** A caller who gave up for reasons of its own says nothing about the service, and counts as an answer no more than as none. */
const unanswered = (error: unknown): boolean =>
  error instanceof ExploreError
    ? error.code === 'SERVICE_UNREACHABLE' || error.code === 'DEADLINE_EXCEEDED'
    : error instanceof DOMException && error.name === 'TimeoutError'
