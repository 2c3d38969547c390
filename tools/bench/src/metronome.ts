import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** When to send: timers of the event loop are a millisecond late, and a loop that spins takes the server's CPU. */
export interface Metronome {
  /** Milliseconds, rising. */
  readonly now: () => number
  /** Resolves at `time`, or at once where that has passed. */
  readonly until: (time: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** Wakes its caller from a thread that sleeps to the point: some 0.1 ms late, and idle between. */
export const metronome = (): Metronome => {
  const thread = new Worker(new URL('./metronome-thread.ts', import.meta.url))
  const now = (): number => performance.timeOrigin + performance.now()
  return {
    now,
    until: async time => {
      if (time <= now()) return
      thread.postMessage(time)
      await once(thread, 'message')
    },
    close: async () => void (await thread.terminate()),
  }
}
