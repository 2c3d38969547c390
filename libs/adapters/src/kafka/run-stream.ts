import type { ExploreError } from '@explore/explore'
import { type EventStreamParts, eventStream, type StreamTally } from './event-stream.ts'
import { openKafka } from './open-kafka.ts'
import { type ProfileCounts, profileStream } from './profile-stream.ts'
import { type BatchHandler, subscribe } from './subscription.ts'
import { TOPICS } from './topics.ts'

export interface StreamOptions extends EventStreamParts {
  /** Who hears of the problems of a part. */
  readonly problemsOf: (part: string) => (problem: ExploreError | undefined) => void
  readonly onFatal: (error: ExploreError) => void
  readonly sessionMs?: number
}

export interface RunningStream {
  readonly counts: () => { readonly events: StreamTally; readonly profiles: ProfileCounts }
  /** When the slower of the two last got on, in milliseconds since 1970. */
  readonly lastProgress: () => number
  /** Finishes what is under way, leaves the groups. */
  readonly close: () => Promise<void>
}

/**
 * The stream processor on the Kafka at `url`: events into state, items and users into the profile store. Any number may
 * run beside each other; each folds some of the partitions. Throws LOG_TOPIC where topics are missing.
 */
export const runStream = async (url: string, options: StreamOptions): Promise<RunningStream> => {
  const link = await openKafka(url, { clientId: 'explore-stream-processor' })
  const group = link.topic(link.target.group)
  const join = (name: string, topics: readonly string[], handler: BatchHandler) =>
    subscribe(link, handler, { ...options, tell: options.problemsOf(name), group: name, topics })
  try {
    const events = await eventStream(link, options)
    const profiles = profileStream(link, options.profiles)
    const subscriptions = await Promise.all([
      join(group, [link.topic(TOPICS.events.name)], events),
      join(`${group}.profiles`, profiles.topics, profiles),
    ])
    return {
      counts: () => ({ events: events.counts(), profiles: { ...profiles.counts } }),
      lastProgress: () => Math.min(...subscriptions.map(each => each.lastProgress())),
      close: async () => {
        await Promise.all(subscriptions.map(each => each.close()))
        await link.close()
      },
    }
  } catch (error) {
    await link.close()
    throw error
  }
}
