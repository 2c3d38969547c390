import { type Event, type EventLog, ExploreError } from '@explore/explore'
import type { Spool } from '../lmdb/lmdb-spool.ts'

export interface SpoolOptions {
  /** Most events that wait on disk. */
  readonly capacity: () => number
  /** Hears that the brokers are away, and that they are back. */
  readonly tell: (problem: ExploreError | undefined) => void
  /** Between two tries to reach the brokers, in milliseconds. */
  readonly pause?: number
}

const PAUSE = 500

/**
 * Acknowledges events when the brokers have them; while those are away, when the spool has. What is in the spool goes
 * first, so that a user's events keep their order. Throws OVERLOADED when the spool is full.
 */
export const spooledAppend = (
  log: Pick<EventLog, 'append' | 'close'>,
  spool: Spool,
  { capacity, tell, pause = PAUSE }: SpoolOptions,
) => {
  let pumping: Promise<void> | undefined
  let closed = false

  const keep = async (events: readonly Event[], why?: unknown): Promise<void> => {
    const waiting = spool.size()
    if (waiting + events.length > capacity()) {
      const message = `the log's brokers are away and ${waiting} events wait for them already`
      throw new ExploreError('OVERLOADED', message, { cause: why })
    }
    await spool.add(events)
    pump()
  }

  const pump = (): void => {
    pumping ??= forward().finally(() => (pumping = undefined))
  }

  const forward = async (): Promise<void> => {
    for (let events; !closed && (events = spool.first()) !== undefined;) {
      try {
        await log.append(events)
        await spool.drop()
        tell(undefined)
      } catch (error) {
        tell(error as ExploreError)
        await new Promise(resolve => setTimeout(resolve, pause).unref())
      }
    }
  }

  pump()
  return {
    append: async (events: readonly Event[]): Promise<void> => {
      if (spool.size() > 0) return keep(events)
      try {
        await log.append(events)
      } catch (error) {
        if (!(error instanceof ExploreError) || error.code !== 'LOG_UNREACHABLE') throw error
        await keep(events, error)
      }
    },
    waiting: spool.size,
    /** What still waits stays on disk. */
    close: async (): Promise<void> => {
      closed = true
      await log.close()
    },
  }
}
