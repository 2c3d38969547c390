import type { Compared } from '@explore/explore'
import { tellCompared } from './collect-vitals.ts'
import type { Metrics } from './metrics.ts'

/** What a stream processor counts. */
interface Stream {
  readonly counts: () => {
    readonly events: {
      readonly folded: number
      readonly repeated: number
      readonly deadLettered: number
      readonly compared: Compared
    }
    readonly profiles: {
      readonly put: number
      readonly removed: number
      readonly deadLettered: number
    }
  }
  readonly lastProgress: () => number
}

/** Has the stream processor's metrics tell what it has counted. */
export const collectStream = (metrics: Metrics, stream: Stream, now: () => number): void =>
  metrics.collect(() => {
    const { events, profiles } = stream.counts()
    const outcomes = {
      explore_stream_events_total: {
        ...{ folded: events.folded, repeated: events.repeated },
        ...{ 'dead-lettered': events.deadLettered },
      },
      explore_stream_profiles_total: {
        ...{ put: profiles.put, removed: profiles.removed },
        ...{ 'dead-lettered': profiles.deadLettered },
      },
    } as const
    for (const name of ['explore_stream_events_total', 'explore_stream_profiles_total'] as const) {
      for (const [outcome, count] of Object.entries(outcomes[name])) {
        metrics.total(name, { outcome }, count)
      }
    }
    tellCompared(metrics, events.compared)
    const idle = Math.max(0, now() - stream.lastProgress())
    metrics.set('explore_stream_idle_seconds', {}, idle / 1000)
  })
