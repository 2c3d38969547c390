import { type ExploreService, type Page, settingsFrom, validateEvent } from '@explore/explore'

/** A service that validates as the real one and has nothing: its answers cost no time, so that edges can be asked often. */
export const instantService = (): ExploreService => {
  const settings = settingsFrom()
  const page: Omit<Page, 'userId'> = {
    ...{ requestId: 'r1', group: 'new', origin: 'live', nextCursor: null, bundle: null },
    ...{ items: [{ itemId: 'm1', score: 1, sources: ['fresh'] }], degraded: [] },
  }
  return {
    page: async ({ userId }) => ({ ...page, userId }),
    record: async rows =>
      rows.map(row => {
        const judged = validateEvent(row, { settings, now: 1_764_000_000_000, knows: () => true })
        if ('verdict' in judged) return judged.verdict
        return { status: 'accepted', eventId: judged.event.eventId }
      }),
    putItems: async () => {},
    item: async id => (id === 'm1' ? { id, author: 'a1' } : undefined),
    items: async () => [{ id: 'm1', author: 'a1' }],
    deleteItems: async ids => ids,
    putUsers: async () => {},
    user: async id => (id === 'u1' ? { id } : undefined),
    users: async () => [{ id: 'u1' }],
    deleteUsers: async ids => ids,
    forgetUser: async user => ({
      ...{ user, profile: false, state: false, folded: true, values: 0, events: null },
      ...{ loggedPages: 0, snapshots: 0, training: 'none' },
    }),
    exportUser: async user => ({
      ...{ user, exportedAt: '2026-11-23T16:00:00.000Z', profile: null, state: null },
      ...{ longTermList: [], pages: [], events: [], servedPages: [], loggedFeatures: [] },
    }),
    settings: () => settings,
    changeSettings: async changes => settingsFrom(changes),
    health: async () => ({ ready: true, bundle: null, items: 1, lag: 0, problems: [] }),
  }
}
