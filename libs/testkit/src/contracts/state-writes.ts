import type { StateWrite } from '@explore/explore'

/** One event's write: `changes`, and the watermark moved by one from `expected`. */
export const write = (expected: number, changes: Partial<StateWrite> = {}): StateWrite => ({
  expected,
  watermark: expected + 1,
  users: [],
  counters: [],
  boards: [],
  ...changes,
})

export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
