import { type EventLog, ExploreError, type StateStore } from '@explore/explore'

/**
 * Ways to break the delivery on purpose, to see that the harness sees it. `no compare-and-set`: a writer writes whatever
 * the watermark is. `commit first`: the group's committed offset is believed, and moved before the write. `no dedup`: an
 * event that is sent twice is two.
 */
export const SABOTAGES = ['no compare-and-set', 'commit first', 'no dedup'] as const
export type Sabotage = (typeof SABOTAGES)[number]

/** The store with a compare-and-set that always finds what it expects. */
export const careless = (state: StateStore): StateStore => ({
  ...state,
  apply: async write => {
    for (;;) {
      const expected = await state.watermark(write.partition)
      try {
        return await state.apply({ ...write, expected })
      } catch (error) {
        if (!(error instanceof ExploreError) || error.code !== 'WATERMARK_MISMATCH') throw error
      }
    }
  },
})

/** The log with an id of its own for each record. */
export const forgetful = (log: EventLog): EventLog => ({
  ...log,
  read: async (from, max, partition = 0) => {
    const batch = await log.read(from, max, partition)
    const events = batch.events.map((event, i) => ({
      ...event,
      eventId: `${partition}.${batch.first + i}`,
    }))
    return { ...batch, events }
  },
})

/** The store as one sees it who believes an offset that the group has committed, and not the watermark. */
export const believing = (state: StateStore, position: () => number): StateStore => ({
  ...careless(state),
  watermark: () => position(),
})
