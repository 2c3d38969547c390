import type { EventLog } from '@explore/explore'

/** The time at which the latest `share` of the log begins; −Infinity for an empty log. */
export const windowStart = async (log: EventLog, share: number): Promise<number> => {
  const end = await log.end()
  const { events } = await log.read(Math.max(0, Math.floor(end * (1 - share))), 1)
  return events[0]?.time ?? -Infinity
}
