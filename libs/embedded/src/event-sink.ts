import type {
  Compared,
  Event,
  EventLog,
  ExploreError,
  ServedPage,
  Settings,
} from '@explore/explore'
import type { Home } from './home.ts'
import { startProcessor } from './processor-handle.ts'

/** Where a gateway's accepted events go. */
export interface EventSink {
  /** Resolves when they are durable; then they have an effect on the next page, or soon. */
  readonly take: (events: readonly Event[]) => Promise<void>
  /** How many events wait to be folded. */
  readonly lag: () => Promise<number>
  readonly settings: (settings: Settings) => void
  /** What was predicted and what happened, where this process folds. */
  readonly compared?: () => Compared | undefined
  /** Takes a page that was served, where pages are recorded; nobody waits for it. */
  readonly served?: (page: ServedPage) => void
  /** Resolves when events have an effect. */
  readonly started: Promise<void>
  readonly close: () => Promise<void>
}

/**
 * How long an acknowledgement waits for the fold, so that the caller's next page shows the effect. Milliseconds as a
 * rule; a machine without a free core may need the rest.
 */
const FOLD_WAIT = 1000
/** With more events unfolded nobody is kept waiting: the backlog takes longer than that anyway. */
const BACKLOG = 5000

/** The home's own log, folded by a thread of this process. `tell` hears whether it can. */
export const homeSink = (
  home: Home,
  log: EventLog,
  settings: Settings,
  tell: (problem: ExploreError | undefined) => void,
): EventSink => {
  const processor = startProcessor(home, settings, tell)
  return {
    take: async events => {
      await log.append(events)
      processor.poke()
      const end = await log.end()
      if (end - processor.watermark() <= BACKLOG) await processor.folded(end, FOLD_WAIT)
    },
    lag: async () => {
      const lag = Math.max(0, (await log.end()) - processor.watermark())
      // Another process may have written to the log, or folded it.
      if (lag > 0) processor.poke()
      return lag
    },
    settings: processor.settings,
    compared: processor.compared,
    started: processor.started,
    close: processor.close,
  }
}
