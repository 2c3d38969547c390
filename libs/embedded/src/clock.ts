import type { EventLog, Millis } from '@explore/explore'

/** Data older than this is history, not a quiet weekend. */
const HISTORIC = 7 * 86_400_000

/**
 * What "now" means to the funnel. On live data it is the wall clock. On a log that ended long ago (an imported data
 * set) it is the log's end, moving on from there: ages, decay and freshness then mean what they meant in the data.
 */
export interface Clock {
  readonly now: () => Millis
  /** Set where the clock follows a historic log: its last event. */
  readonly historicEnd?: Millis
}

export const clockFor = async (log: EventLog, wall: () => Millis): Promise<Clock> => {
  const last = await lastOf(log)
  if (last === undefined || wall() - last < HISTORIC) return { now: wall }
  const opened = wall()
  return { now: () => last + 1 + (wall() - opened), historicEnd: last }
}

const lastOf = async (log: EventLog): Promise<Millis | undefined> => {
  let last: Millis | undefined
  for (let partition = 0; partition < log.partitions; partition++) {
    const end = await log.end(partition)
    const time = end === 0 ? undefined : (await log.read(end - 1, 1, partition)).events.at(-1)?.time
    if (time !== undefined) last = Math.max(last ?? time, time)
  }
  return last
}
