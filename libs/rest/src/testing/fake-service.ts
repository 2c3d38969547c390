import {
  type AbsenceExplanation,
  type Event,
  ExploreError,
  type ExploreService,
  type Id,
  type Item,
  type Page,
  type PageItem,
  settingsFrom,
  type User,
  validateEvent,
  type Verdict,
} from '@explore/explore'
import { fakeRanking, fakeViewer, type FakeViewer, groupOf } from './fake-ranking.ts'
import { fakeItems, fakeUsers } from './fake-world.ts'

/** What a test of the edge can look into. */
export interface FakeService extends ExploreService {
  /** Every event taken, in order. */
  readonly recorded: readonly Event[]
}

export interface FakeOptions {
  readonly items?: number
  readonly users?: number
  readonly now?: number
}

/**
 * An ExploreService in memory, for tests of what stands in front of one. It keeps its contract and
 * reacts to events, by rules of thumb in the place of models.
 */
export const fakeService = (options: FakeOptions = {}): FakeService => {
  const now = options.now ?? 1_764_000_000_000
  const items = fakeItems(options.items ?? 600, now)
  const users = fakeUsers(options.users ?? 12)
  const viewers = new Map<Id, FakeViewer>()
  const recorded: Event[] = []
  let overrides: Readonly<Record<string, unknown>> = {}
  let settings = settingsFrom()
  let pages = 0

  const viewerOf = (id: Id): FakeViewer => {
    const viewer = viewers.get(id) ?? fakeViewer()
    viewers.set(id, viewer)
    return viewer
  }

  const apply = (event: Event): void => {
    const viewer = viewerOf(event.userId)
    const item = items.get(event.itemId ?? '')
    const topic = item?.topics?.[0] ?? ''
    const taste = (by: number) => viewer.tastes.set(topic, (viewer.tastes.get(topic) ?? 0) + by)
    if (event.type === 'impression' && item) viewer.seen.add(item.id)
    if (event.type === 'like' || event.type === 'save') taste(0.8)
    if (event.type === 'unlike' || event.type === 'unsave') taste(-0.8)
    if (event.type === 'see_less') taste(-2)
    if (event.type === 'hide_author') viewer.hiddenAuthors.add(event.authorId ?? item?.author ?? '')
  }

  const record = (row: unknown): Verdict => {
    const judged = validateEvent(row, { settings, now, knows: id => items.has(id) })
    if ('verdict' in judged) return judged.verdict
    recorded.push(judged.event)
    apply(judged.event)
    return { status: 'accepted', eventId: judged.event.eventId }
  }

  return {
    recorded,

    page: async (request, watch) => {
      const { userId, explain = false, explainItem } = request
      const limit = request.limit ?? settings['page.limit']
      const viewer = viewerOf(userId)
      const ranked = fakeRanking(items.values(), userId, viewer, settings)
      const from = offsetOf(request.cursor, userId)
      const shown = ranked.slice(from, from + limit)
      const more = from + limit < ranked.length
      if (from === 0) watch?.steps(traceOf(items.size, ranked.length)!, now)
      const page: Page = {
        requestId: `page-${++pages}`,
        userId,
        group: groupOf(viewer),
        origin: from > 0 ? 'session' : 'live',
        items: explain ? shown : shown.map(({ explanation: _, ...item }) => item),
        nextCursor: more ? cursorOf(userId, from + limit) : null,
        bundle: 'fake',
        degraded: [],
      }
      return {
        ...page,
        ...(explain && { trace: traceOf(items.size, ranked.length) }),
        ...(explainItem !== undefined && { absent: absence(explainItem, ranked, limit) }),
      }
    },

    record: async rows => {
      if (rows.length > settings['events.maxBatch']) {
        throw new ExploreError('BODY_TOO_LARGE', 'too many events', { field: 'events' })
      }
      return rows.map(record)
    },
    putItems: async records => records.forEach(item => items.set(item.id, item)),
    item: async id => items.get(id),
    items: async (after, limit) => listed<Item>(items, after, limit),
    deleteItems: async ids => ids.filter(id => items.delete(id)),
    putUsers: async records => records.forEach(user => users.set(user.id, user)),
    user: async id => users.get(id),
    users: async (after, limit) => listed<User>(users, after, limit),
    deleteUsers: async ids => ids.filter(id => users.delete(id)),
    forgetUser: async user => ({
      ...{ user, profile: users.delete(user), state: viewers.delete(user), folded: true },
      ...{ values: 0, events: erased(recorded, user), loggedPages: 0, snapshots: 0 },
      training: 'none',
    }),
    exportUser: async user => ({
      ...{ user, exportedAt: new Date(now).toISOString(), profile: users.get(user) ?? null },
      state: viewers.has(user) ? { seen: [...viewers.get(user)!.seen] } : null,
      ...{ longTermList: [], pages: [{ kind: 'session', bytes: 12 }] },
      events: recorded.filter(event => event.userId === user),
      ...{ servedPages: [], loggedFeatures: [{ requestId: 'r1', time: now }] },
    }),
    settings: () => settings,
    changeSettings: async changes => {
      const next = Object.entries({ ...overrides, ...changes }).filter(
        ([, value]) => value !== null,
      )
      settings = settingsFrom(Object.fromEntries(next))
      overrides = Object.fromEntries(next)
      return settings
    },
    health: async () => ({ ready: true, bundle: 'fake', items: items.size, lag: 0, problems: [] }),
  }
}

const erased = (events: Event[], user: Id): number => {
  const kept = events.filter(event => event.userId !== user)
  const gone = events.length - kept.length
  events.splice(0, events.length, ...kept)
  return gone
}

const cursorOf = (user: Id, from: number): string =>
  Buffer.from(JSON.stringify([user, from])).toString('base64url')

const offsetOf = (cursor: string | undefined, user: Id): number => {
  if (cursor === undefined) return 0
  try {
    const [owner, from] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [Id, number]
    if (owner === user) return from
  } catch {
    // Not a cursor of this service, as below.
  }
  throw new ExploreError('CURSOR_INVALID', 'this is no cursor of this viewer', { field: 'cursor' })
}

const listed = <T>(records: ReadonlyMap<Id, T>, after: Id = '', limit: number): readonly T[] =>
  [...records.keys()]
    .filter(id => id > after)
    .sort()
    .slice(0, limit)
    .map(id => records.get(id)!)

const traceOf = (pool: number, left: number): Page['trace'] => {
  const found = Math.min(pool, 500)
  const passed = Math.min(found, left)
  const cut = Math.min(100, passed)
  return [
    {
      step: 'retrieve',
      kind: 'retrieve',
      in: 0,
      out: found,
      ms: 2.1,
      counts: { 'two-tower': 240, trending: 120, fresh: 80, similar: 60 },
    },
    {
      step: 'filter',
      kind: 'filter',
      in: found,
      out: passed,
      ms: 0.2,
      counts: { unseen: found - passed },
    },
    { step: 'first-stage', kind: 'lookup', in: passed, out: passed, ms: 0.1 },
    { step: 'keep by light', kind: 'keep', in: passed, out: cut, ms: 0.05 },
    { step: 'second-stage', kind: 'lookup', in: cut, out: cut, ms: 6.4 },
    { step: 'value-model', kind: 'lookup', in: cut, out: cut, ms: 0.04 },
    { step: 'assemble', kind: 'rerank', in: cut, out: cut, ms: 0.3 },
  ]
}

const absence = (itemId: Id, ranked: readonly PageItem[], limit: number): AbsenceExplanation => {
  const rank = ranked.findIndex(item => item.itemId === itemId) + 1
  if (rank === 0) {
    return {
      itemId,
      leftAt: 'filter',
      reason: 'refused by unseen',
      steps: [
        { step: 'retrieve', rank: 9 },
        { step: 'filter', reason: 'refused by unseen' },
      ],
    }
  }
  const steps = [
    { step: 'retrieve', rank: 9 },
    { step: 'keep by light', rank: 4 },
    { step: 'assemble', rank },
  ]
  if (rank <= limit) return { itemId, place: rank, reason: 'it is on this page', steps }
  return {
    itemId,
    leftAt: 'page',
    reason: `ranked ${rank}: behind the ${limit} of this page`,
    steps,
  }
}
