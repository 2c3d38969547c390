import type { Millis } from '@explore/explore'

/** Row numbers of what happened before `at`, and of the rest. */
export const splitByTime = (
  times: Float64Array,
  at: Millis,
): { readonly before: Uint32Array; readonly after: Uint32Array } => {
  const rows = Uint32Array.from(times.keys())
  return {
    before: rows.filter(row => times[row] < at),
    after: rows.filter(row => times[row] >= at),
  }
}

/** The time before which `share` of the rows happened: 0.9 begins the last tenth. */
export const timeAt = (times: Float64Array, share: number): Millis => {
  const sorted = times.slice().sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

const DAY = 86_400_000

/** The days on which rows happened, in order: UTC midnight, first row and number of rows of each. */
export const dayMarks = (
  times: Float64Array,
): { readonly day: Millis; readonly first: number; readonly count: number }[] => {
  const days = new Map<number, { day: number; first: number; count: number }>()
  times.forEach((time, row) => {
    const day = Math.floor(time / DAY) * DAY
    const mark = days.get(day)
    if (mark) mark.count++
    else days.set(day, { day, first: row, count: 1 })
  })
  return [...days.values()].sort((a, b) => a.day - b.day)
}
