/** A signal that aborts with a TimeoutError after a time, and the timer's end for a call that was faster. */
export interface Deadline {
  readonly signal: AbortSignal
  readonly clear: () => void
}

/**
 * As AbortSignal.timeout, but it can be cleared: else every page, long answered, would raise its error in the end,
 * stack trace included.
 */
export const deadline = (ms: number): Deadline => {
  const controller = new AbortController()
  const late = (): void => controller.abort(new DOMException('the time is up', 'TimeoutError'))
  const timer = setTimeout(late, ms)
  timer.unref()
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}
