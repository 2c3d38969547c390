import { describe, expect, it } from 'vitest'
import { randomOf } from '../random.ts'
import { EVENT_TYPES, type EventType } from '../types.ts'
import { COUNTER_FIELDS, recent } from './counters.ts'
import { type Adds, fold, type Signal } from './fold.ts'
import {
  COUNTS,
  DEDUPE,
  emptyUserState,
  HISTORY,
  MAX_BLOCKED,
  REACTIONS,
  type UserState,
} from './user-state.ts'
import { encodeUserState } from './user-state-codec.ts'

const T = 1_790_000_000_000
const LIMITS = { seen: 1000 }

/** A user, what they do, and what came of it. */
const user = () => {
  const state = emptyUserState()
  const adds: Adds = { counters: [], boards: [] }
  let events = 0n
  return {
    state,
    adds,
    does: (type: EventType, item = 0, time = T, more: Partial<Signal> = {}): boolean => {
      const named = { id: ++events, type, item, author: 1000 + item, topics: [10 + item, 0] }
      return fold(state, { ...named, time, ...more }, adds, LIMITS)
    },
    count: (name: (typeof COUNTS)[number]) => state.counts[COUNTS.indexOf(name)]!,
    sum: (name: (typeof COUNTER_FIELDS)[number], item = 0) =>
      adds.counters
        .filter(add => add.item === item && COUNTER_FIELDS[add.field] === name)
        .reduce((sum, add) => sum + add.delta, 0),
    votes: () => adds.boards.length / 3,
    history: () =>
      Array.from({ length: state.history.length }, (_, row) => [
        state.history.items[row],
        EVENT_TYPES.filter((_, bit) => (state.history.kinds[row]! >> bit) & 1).join('+'),
      ]),
    seen: () => [...state.seen.items.subarray(0, state.seen.length)],
    blocked: () =>
      [...state.blocked.keys.subarray(0, state.blocked.length)].filter(
        (_, row) => state.blocked.on[row] === 1,
      ),
  }
}

/** Every order of `all`. */
const orders = <T>(all: readonly T[]): T[][] =>
  all.length === 0
    ? [[]]
    : all.flatMap((each, i) => orders(all.toSpliced(i, 1)).map(rest => [each, ...rest]))

describe('fold', () => {
  it('counts an impression: own count, item counters, seen, affinity', () => {
    const viewer = user()
    viewer.does('impression', 5)
    expect(viewer.count('impression')).toBe(1)
    expect(viewer.sum('impressions', 5)).toBe(1)
    expect(recent(viewer.sum('recentImpressions', 5), T)).toBe(1)
    expect(viewer.seen()).toEqual([5])
    expect(viewer.history()).toEqual([])
    expect(viewer.votes()).toBe(0)
    const { authors, topics } = viewer.state
    expect([authors.keys[0], authors.shown[0], authors.engaged[0]]).toEqual([1005, 1, 0])
    expect([topics.length, topics.keys[0], topics.shown[0]]).toEqual([1, 15, 1])
    expect(viewer.adds.counters.length).toBe(2)
  })

  it('counts each kind of engagement in its places', () => {
    const viewer = user()
    for (const type of EVENT_TYPES) viewer.does(type, 3)
    const { counts } = viewer.state
    const named = Object.fromEntries(COUNTS.map((name, i) => [name, counts[i]]))
    const one = Object.fromEntries(COUNTS.map(name => [name, 1]))
    expect(named).toEqual({ ...one, like: 0, save: 0 })
    const sums = COUNTER_FIELDS.slice(0, 8).map(name => viewer.sum(name, 3))
    expect(sums).toEqual([1, 1, 1, 0, 0, 1, 1, 1])
    expect(recent(viewer.sum('recentClicks', 3), T)).toBe(1)
    expect(viewer.history()).toEqual([[3, 'click+long_view+share+see_less+report+comment+follow']])
  })

  it('counts a skip against the item, its author and its topics, but not as an impression', () => {
    const viewer = user()
    viewer.does('skip', 5)
    expect([viewer.count('skip'), viewer.sum('skips', 5)]).toEqual([1, 1])
    expect([viewer.count('impression'), viewer.sum('impressions', 5)]).toEqual([0, 0])
    const { authors, topics } = viewer.state
    expect([authors.shown[0], authors.engaged[0], topics.shown[0]]).toEqual([1, 0, 1])
    expect(viewer.history()).toEqual([])
  })

  it('remembers when the user came first and last, in whatever order the events come', () => {
    const viewer = user()
    viewer.does('skip', 0, T)
    viewer.does('skip', 1, T - 50)
    viewer.does('skip', 2, T + 50)
    viewer.does('skip', 3, T)
    expect([viewer.state.firstSeen, viewer.state.lastSeen]).toEqual([T - 50, T + 50])
  })

  describe('an event that was sent twice', () => {
    it('changes nothing', () => {
      const viewer = user()
      for (const type of EVENT_TYPES) expect(viewer.does(type, 1)).toBe(true)
      const bytes = encodeUserState(viewer.state)
      const adds = viewer.adds.counters.length
      for (const [i, type] of EVENT_TYPES.entries()) {
        expect(viewer.does(type, 2, T + 9, { id: BigInt(i + 1) })).toBe(false)
      }
      expect(encodeUserState(viewer.state)).toEqual(bytes)
      expect(viewer.adds.counters.length).toBe(adds)
    })

    it('is known among the last 128 of the user, id 0 too', () => {
      const viewer = user()
      expect(viewer.does('skip', 0, T, { id: 0n })).toBe(true)
      expect(viewer.does('skip', 0, T, { id: 0n })).toBe(false)
      for (let i = 1; i < DEDUPE; i++) viewer.does('skip', 0, T, { id: BigInt(i) })
      expect(viewer.does('skip', 0, T, { id: 0n })).toBe(false)
      expect(viewer.does('skip', 0, T, { id: 2n ** 64n - 1n })).toBe(true)
      expect(viewer.does('skip', 0, T, { id: 2n ** 64n - 1n })).toBe(false)
      expect(viewer.does('skip', 0, T, { id: 0n })).toBe(true)
      expect(viewer.state.dedupe.length).toBe(DEDUPE)
    })
  })

  describe('likes and saves', () => {
    it('are as of their last event, in whatever order they come', () => {
      const events = [
        ['like', T],
        ['unlike', T + 1],
        ['like', T + 2],
        ['save', T + 3],
        ['unsave', T + 3],
      ] as const
      for (const order of orders(events)) {
        const viewer = user()
        for (const [type, time] of order) viewer.does(type, 7, time)
        expect([viewer.count('like'), viewer.count('save')]).toEqual([1, 0])
        expect([viewer.sum('likes', 7), viewer.sum('saves', 7)]).toEqual([1, 0])
        expect(viewer.history()).toEqual([[7, 'like']])
        expect(viewer.state.reactions.length).toBe(2)
      }
    })

    it('count once, however often they are said', () => {
      const viewer = user()
      for (let i = 0; i < 5; i++) viewer.does('like', 7, T + i)
      expect([viewer.count('like'), viewer.sum('likes', 7)]).toEqual([1, 1])
      expect(viewer.state.authors.engaged[0]).toBe(3)
      for (let i = 0; i < 5; i++) viewer.does('unlike', 7, T + 10 + i)
      expect([viewer.count('like'), viewer.sum('likes', 7)]).toEqual([0, 0])
      viewer.does('unlike', 8)
      expect([viewer.count('like'), viewer.sum('likes', 8)]).toEqual([0, 0])
      expect(viewer.seen()).toEqual([7, 8])
    })

    it('undone leave the other kinds of the item in the history', () => {
      const viewer = user()
      viewer.does('click', 7)
      viewer.does('like', 7, T + 1)
      viewer.does('like', 8, T + 2)
      viewer.does('unlike', 7, T + 3)
      expect(viewer.history()).toEqual([
        [7, 'click'],
        [8, 'like'],
      ])
      viewer.does('unlike', 8, T + 4)
      expect(viewer.history()).toEqual([[7, 'click']])
    })

    it('forget undone ones first when there are too many, then the oldest', () => {
      const viewer = user()
      for (let item = 0; item < REACTIONS; item++) viewer.does('like', item, T + item)
      viewer.does('unlike', 50, T + 1000)
      viewer.does('like', 500, T + 1001)
      viewer.does('like', 501, T + 1002)
      const kept = new Set(viewer.state.reactions.items)
      expect([kept.has(0), kept.has(1), kept.has(50), kept.has(500), kept.has(501)]).toEqual([
        false,
        true,
        false,
        true,
        true,
      ])
      expect(viewer.state.reactions.length).toBe(REACTIONS)
    })
  })

  describe('the history', () => {
    it('has each item once, the last engaged at the end', () => {
      const viewer = user()
      viewer.does('click', 1)
      viewer.does('click', 2)
      viewer.does('share', 1, T + 5)
      expect(viewer.history()).toEqual([
        [2, 'click'],
        [1, 'click+share'],
      ])
      expect(viewer.state.history.times[1]).toBe(T + 5)
    })

    it('keeps the newest', () => {
      const viewer = user()
      for (let item = 0; item < HISTORY + 5; item++) viewer.does('click', item)
      expect(viewer.history().length).toBe(HISTORY)
      expect(viewer.history()[0]).toEqual([5, 'click'])
      // What was dropped leaves no trace in the column's leftovers.
      viewer.does('unlike', HISTORY + 4, T, { id: 1n << 40n })
      viewer.does('like', 2, T, { id: 2n << 40n })
      expect(viewer.history().at(-1)).toEqual([2, 'like'])
    })
  })

  describe('a vote in trending', () => {
    it('is cast once per user and item, on all boards', () => {
      const viewer = user()
      viewer.does('impression', 4)
      viewer.does('see_less', 4)
      expect(viewer.votes()).toBe(0)
      for (const type of ['click', 'long_view', 'like', 'save', 'share', 'click'] as const) {
        viewer.does(type, 4)
      }
      expect(viewer.votes()).toBe(1)
      expect(new Set(viewer.adds.boards.map(add => add.board)).size).toBe(3)
      viewer.does('share', 5)
      expect(viewer.votes()).toBe(2)
    })

    it('is not cast again by toggling a like', () => {
      const viewer = user()
      for (let i = 0; i < 10; i++) viewer.does(i % 2 === 0 ? 'like' : 'unlike', 4, T + i)
      expect(viewer.votes()).toBe(1)
    })
  })

  it('has seen each item once, also what was met elsewhere', () => {
    const viewer = user()
    for (const item of [3, 0, 3, 0, 9]) viewer.does('impression', item)
    viewer.does('like', 12)
    expect(viewer.seen()).toEqual([3, 0, 9, 12])
  })

  describe('hidden authors', () => {
    const by = (author: number) => ({ author })

    it('are as of the last event, in whatever order they come; a tie hides', () => {
      const events = [
        ['hide_author', T],
        ['unhide_author', T + 1],
        ['hide_author', T + 2],
        ['unhide_author', T + 2],
      ] as const
      for (const order of orders(events)) {
        const viewer = user()
        for (const [type, time] of order) viewer.does(type, -1, time, by(77))
        expect(viewer.blocked()).toEqual([77])
        viewer.does('unhide_author', -1, T + 3, by(77))
        expect(viewer.blocked()).toEqual([])
        expect(viewer.state.blocked.length).toBe(1)
      }
    })

    it('are bounded: what was undone goes first, then the oldest', () => {
      const viewer = user()
      for (let i = 0; i < MAX_BLOCKED; i++) viewer.does('hide_author', -1, T + i, by(1 + i))
      viewer.does('unhide_author', -1, T + 5000, by(500))
      viewer.does('hide_author', -1, T + 5001, by(2001))
      viewer.does('hide_author', -1, T + 5002, by(2002))
      expect(viewer.state.blocked.length).toBe(MAX_BLOCKED)
      const blocked = new Set(viewer.blocked())
      expect([1, 2, 500, 2001, 2002].map(author => blocked.has(author))).toEqual([
        false,
        true,
        false,
        true,
        true,
      ])
    })

    it('ask for an author', () => {
      const viewer = user()
      expect(viewer.does('hide_author', 3, T, by(0))).toBe(true)
      expect(viewer.state.blocked.length).toBe(0)
      expect(viewer.seen()).toEqual([])
    })
  })

  it('makes nothing of an item that is not there', () => {
    const viewer = user()
    for (const type of EVENT_TYPES) viewer.does(type, -1)
    expect(viewer.adds.counters).toEqual([])
    expect(viewer.adds.boards).toEqual([])
    expect([viewer.state.reactions.length, viewer.state.history.length]).toEqual([0, 0])
    expect(viewer.seen()).toEqual([])
  })

  it('keeps item counters equal to what the users say', () => {
    const random = randomOf('sum')
    const viewers = Array.from({ length: 10 }, user)
    for (let i = 0; i < 5000; i++) {
      const type = (['like', 'unlike', 'save', 'unsave'] as const)[Math.floor(random() * 4)]!
      const viewer = viewers[Math.floor(random() * 10)]!
      viewer.does(type, Math.floor(random() * 20), T + Math.floor(random() * 1000))
    }
    const setOf = ({ reactions }: UserState): number =>
      reactions.on.subarray(0, reactions.length).reduce((sum, on) => sum + on, 0)
    let likes = 0
    for (const viewer of viewers) {
      for (let item = 0; item < 20; item++) {
        likes += viewer.sum('likes', item) + viewer.sum('saves', item)
      }
      expect(viewer.count('like') + viewer.count('save')).toBe(setOf(viewer.state))
    }
    expect(likes).toBe(viewers.reduce((sum, { state }) => sum + setOf(state), 0))
    expect(likes).toBeGreaterThan(50)
  })
})
