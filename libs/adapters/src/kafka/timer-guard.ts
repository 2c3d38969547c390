/** What the guard needs of kafkajs's queue of requests to one broker. */
interface RequestQueue {
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  readonly pending: readonly unknown[]
  checkPendingRequests: () => void
}

/** kafkajs looks again after so long where a request waits but the broker has not told it to. */
const INTERVAL = 10

/**
 * Lets a connection sleep while nothing waits. As it comes, each connection of kafkajs 2.2.4 sets a timer every
 * millisecond for ever, a negative one at that (tulios/kafkajs#1556, #1704, #1751; the fixes in #1667, #1755, #1768 were
 * never merged): 31 ms of CPU a second for an idle client, 4 with this.
 */
export const guardTimers = (prototype: object, now: () => number): void => {
  Object.assign(prototype, {
    scheduleCheckPendingRequests(this: RequestQueue) {
      if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
      this.throttleCheckTimeoutId = setTimeout(
        () => {
          this.throttleCheckTimeoutId = null
          this.checkPendingRequests()
        },
        Math.max(this.throttledUntil - now(), INTERVAL),
      )
    },
  })
}
