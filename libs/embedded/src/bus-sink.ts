import {
  kafkaAppender,
  kafkaEventLog,
  lmdbSpool,
  openKafka,
  openLmdb,
  pageRecorder,
  spooledAppend,
} from '@explore/adapters'
import {
  type EventLog,
  type ExploreError,
  lagOf,
  type Settings,
  type StateStore,
} from '@explore/explore'
import type { EventSink } from './event-sink.ts'
import type { Home } from './home.ts'

/** How old the lag may be that new events are admitted by: asking for it is a round trip to each partition's leader. */
const LAG_AGE = 1000

/**
 * The log of a Kafka, which stream processors fold: events are acknowledged when its brokers have them, or while those are
 * away the home's spool. It starts without brokers, too. Served pages go out on their topic.
 * `tell` and `tellOfPages` hear whether the brokers are there.
 */
export const busSink = async (
  home: Home,
  url: string,
  parts: {
    readonly state: Pick<StateStore, 'watermark'>
    readonly settings: () => Settings
    readonly now: () => number
    readonly tell: (problem: ExploreError | undefined) => void
    readonly tellOfPages: (problem: ExploreError | undefined) => void
  },
): Promise<EventSink> => {
  const { state, settings, now, tell } = parts
  const link = await openKafka(url, { clientId: 'explore-gateway', retries: 2 })
  const env = openLmdb(home.db)
  const capacity = (): number => settings()['events.spool']
  const sent = spooledAppend(kafkaAppender(link), lmdbSpool(env), { capacity, tell })
  const pages = pageRecorder(link, {
    capacity: () => settings()['impressions.queue'],
    tell: parts.tellOfPages,
  })
  let log: EventLog | undefined
  let known = { at: -Infinity, lag: 0 }

  const lag = async (): Promise<number> => {
    if (now() - known.at >= LAG_AGE) {
      // The last one stands while the brokers are away.
      known = { ...known, at: now() }
      try {
        log ??= await kafkaEventLog(link, { settings, now })
        known = { at: now(), lag: await lagOf(log, state) }
      } catch (error) {
        tell(link.error(error))
      }
    }
    return known.lag + sent.waiting()
  }

  return {
    take: sent.append,
    lag,
    settings: () => {},
    served: pages.record,
    started: Promise.resolve(),
    close: async () => {
      await pages.close()
      await sent.close()
      await env.close()
    },
  }
}
