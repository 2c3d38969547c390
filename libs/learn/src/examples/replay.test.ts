import {
  type Adds,
  candidateFeatures,
  COUNTERS,
  decodeUserState,
  emptyUserState,
  encodeUserState,
  type Event,
  fillCandidate,
  fold,
  settingsFrom,
  signalOf,
  type UserState,
  type ViewerFeatures,
  viewerOf,
} from '@explore/explore'
import { describe, expect, it } from 'vitest'
import { rng } from '../rng.ts'
import { rankingBatch } from './batch.ts'
import { PLANTED_START, plantedLog } from './planted-log.ts'
import { type Label, LABELS } from './labels.ts'
import { type Examples, replay, type ReplayInput } from './replay.ts'

const LIMITS = { seen: 4000 }
const MINUTE = 60_000
const log = plantedLog({ users: 20, requests: 6, items: 60 })
const { catalogue, attributes } = log

const replayed = (events: readonly Event[], options: Partial<ReplayInput> = {}) =>
  replay({ events: [events], catalogue, attributes, limits: LIMITS, ...options })

/** An event of user u0, minutes after the start. */
const event = (
  type: Event['type'],
  item: number | undefined,
  minute: number,
  more = {},
): Event => ({
  eventId: `${type}.${item}.${minute}`,
  userId: 'u0',
  type,
  ...(item !== undefined && { itemId: `i${item}` }),
  time: PLANTED_START + minute * MINUTE,
  ...more,
})

/** What is labelled, row by row. */
const labels = ({ ranking }: Examples): Label[][] =>
  Array.from({ length: ranking.length }, (_, row) =>
    LABELS.filter((_, label) => ranking.labels[row * LABELS.length + label] === 1),
  )

/** All features of a row, viewer's and candidate's, as numbers. */
const featuresOf = (examples: Examples, row: number): Record<string, readonly number[]> => {
  const { viewers, candidates } = rankingBatch(examples, [row])
  return Object.fromEntries(
    [...Object.entries(viewers), ...Object.entries(candidates).map(([k, v]) => [`c.${k}`, v])].map(
      ([name, values]) => [name, typeof values === 'number' ? [values] : Array.from(values)],
    ),
  )
}

describe('replay', () => {
  it('gives the features that serving would have computed, bit by bit', async () => {
    const examples = await replayed(log.events)
    const settings = settingsFrom()

    // A server of its own: reads the state at a request's first event, and counters as items come up.
    const states = new Map<string, UserState>()
    const counters = new Float64Array(catalogue.size * COUNTERS)
    const served = new Map<string, { state: UserState; features: ViewerFeatures; now: number }>()
    const expected: Record<string, readonly number[]>[] = []
    for (const event of log.events) {
      const state = states.get(event.userId) ?? emptyUserState()
      states.set(event.userId, state)
      const request = served.get(event.requestId!) ?? {
        state: decodeUserState(encodeUserState(state)),
        now: event.time,
        features: viewerOf(
          {
            id: event.userId,
            state,
            user: log.users.get(event.userId),
            surface: event.surface,
            now: event.time,
          },
          catalogue,
          settings,
        ).features,
      }
      served.set(event.requestId!, request)
      if (event.type === 'impression') {
        const item = catalogue.ordinal(event.itemId!)!
        const out = candidateFeatures(1)
        const { state, now } = request
        fillCandidate(out, 0, item, counters, item * COUNTERS, 0, state, now, catalogue)
        expected.push(
          Object.fromEntries(
            [
              ...Object.entries(request.features),
              ...Object.entries(out).map(([k, v]) => [`c.${k}`, v] as const),
            ].map(([k, v]) => [k, typeof v === 'number' ? [v] : Array.from(v)]),
          ),
        )
      }
      const adds: Adds = { counters: [], boards: [] }
      fold(state, signalOf(event, catalogue)!, adds, LIMITS)
      for (const add of adds.counters) counters[add.item * COUNTERS + add.field] += add.delta
    }

    expect(examples.ranking.length).toBe(expected.length)
    expect(expected.length).toBe(20 * 6 * 6)
    expected.forEach((features, row) => expect(featuresOf(examples, row)).toEqual(features))
    expect(examples.counters).toEqual(counters)
    expect(examples.events).toBe(log.events.length)
    // The log is not trivial: late rows have history and counts.
    const last = expected.at(-1)!
    expect(last['historyItems']!.some(item => item > 0)).toBe(true)
    expect(last['c.cross']!.some(value => value > 0)).toBe(true)
  })

  it('keeps the future out of the past', async () => {
    const random = rng(3)
    const cut = log.events[Math.floor(log.events.length * 0.6)]!.time
    const past = log.events.filter(({ time }) => time < cut)
    const future = log.events.filter(({ time }) => time >= cut)
    const other = future.map((event, i): Event => {
      const swapped = future[random.int(future.length)]!
      const type = random.uniform() < 0.5 ? 'like' : 'see_less'
      return { ...swapped, eventId: `other.${i}`, type, time: event.time }
    })
    const [a, b] = [await replayed(log.events), await replayed([...past, ...other])]
    const rows = a.ranking.time.findIndex(time => time >= cut)
    expect(rows).toBeGreaterThan(300)
    for (let row = 0; row < rows; row++) expect(featuresOf(b, row)).toEqual(featuresOf(a, row))
  })

  describe('of a history without impressions', () => {
    const history = [
      event('long_view', 1, 0),
      event('skip', 2, 1),
      event('long_view', 3, 2),
      event('like', 3, 2),
      event('skip', 4, 3),
    ]

    it('learns long views and likes from the first skip on: before, only positives were kept', async () => {
      const examples = await replayed(history)
      const { ranking } = examples
      expect([...ranking.item]).toEqual([2, 3, 4])
      expect([...ranking.partial]).toEqual([1, 1, 1])
      expect(labels(examples)).toEqual([[], ['long_view', 'like'], []])
      expect(examples.positives.length).toBe(2)
    })

    it('puts ten on a page, which shares one look at the viewer and is no request', async () => {
      const skips = Array.from({ length: 25 }, (_, i) => event('skip', i, i))
      const { ranking, requests } = await replayed(skips)
      expect(new Set(ranking.viewer).size).toBe(3)
      expect(requests.length).toBe(0)
      const apart = Array.from({ length: 4 }, (_, i) => event('skip', i, i * 90))
      expect(new Set((await replayed(apart)).ranking.viewer).size).toBe(4)
    })

    it('leaves a skip of an impression to that impression', async () => {
      const { ranking } = await replayed([
        event('impression', 7, 0),
        event('skip', 7, 1),
        event('impression', 8, 2, { requestId: 'r' }),
        event('skip', 8, 3),
      ])
      expect([...ranking.item]).toEqual([7, 8])
      expect([...ranking.partial]).toEqual([0, 0])
    })
  })

  it('keeps what happens after it is frozen out of the features, not out of the labels', async () => {
    const cut = log.events[Math.floor(log.events.length * 0.6)]!.time
    const frozen = await replayed(log.events, { frozenAt: cut })
    const live = await replayed(log.events)
    expect(labels(frozen)).toEqual(labels(live))
    const only = log.events.filter(({ time, type }) => time < cut || type === 'impression')
    const without = await replayed(only, { frozenAt: cut })
    for (let row = 0; row < frozen.ranking.length; row++) {
      expect(featuresOf(frozen, row)).toEqual(featuresOf(without, row))
    }
    expect(Math.max(...frozen.viewers.time)).toBe(cut)
  })

  it('keeps a reaction out of the features of its own impression, even if it is logged first', async () => {
    const seen = { requestId: 'r' }
    const before = [event('impression', 5, 0), event('click', 5, 1)]
    const click = event('click', 7, 10, seen)
    const shown = event('impression', 7, 10, seen)
    const inOrder = await replayed([...before, shown, click])
    const reversed = await replayed([...before, click, shown])
    expect(featuresOf(reversed, 1)).toEqual(featuresOf(inOrder, 1))
    expect(labels(reversed)).toEqual(labels(inOrder))
    expect(labels(reversed)[1]).toEqual(['click'])
    expect(reversed.positives.viewer[1]).toBe(reversed.ranking.viewer[1])
  })

  it('computes all items of a request against one snapshot', async () => {
    const request = { requestId: 'r' }
    const examples = await replayed([
      event('impression', 1, 0, request),
      event('click', 1, 1, request),
      event('impression', 2, 2, request),
      event('impression', 3, 9),
      event('impression', 4, 9),
      event('impression', 5, 10),
    ])
    expect(Array.from(examples.ranking.viewer)).toEqual([0, 0, 1, 1, 2])
    expect(examples.viewers.length).toBe(3)
    expect(Array.from(examples.viewers.time)).toEqual(
      [0, 9, 10].map(minute => PLANTED_START + minute * MINUTE),
    )
    const { historyItems } = examples.viewers.gather([0, 1])
    expect([historyItems[0], historyItems[50]]).toEqual([0, 2])
  })

  it('starts a new snapshot for a late impression of a request that is no longer open', async () => {
    const a = { requestId: 'a' }
    const events = [
      event('impression', 1, 0, a),
      event('impression', 2, 1, { requestId: 'b' }),
      event('impression', 3, 2, a),
      event('click', 1, 3, a),
    ]
    const open = await replayed(events)
    const closed = await replayed(events, { openRequests: 1 })
    expect(Array.from(open.ranking.viewer)).toEqual([0, 1, 0])
    expect(Array.from(closed.ranking.viewer)).toEqual([0, 1, 2])
    expect(labels(closed)).toEqual([['click'], [], []])
  })

  it('gives a reaction to the impression of its request, or to the latest one within the window', async () => {
    const examples = await replayed([
      event('impression', 1, 0, { requestId: 'a' }),
      event('impression', 1, 5, { requestId: 'b' }),
      event('like', 1, 6, { requestId: 'a' }),
      event('click', 1, 7),
      event('impression', 2, 8),
      event('save', 2, 8 + 24 * 60),
      event('share', 2, 9 + 24 * 60),
      event('click', 3, 10),
      event('long_view', 1, 11, { requestId: 'never shown' }),
    ])
    expect(labels(examples)).toEqual([['like'], ['click'], ['save']])
  })

  it('gives a hidden author to the latest impression of one of their items', async () => {
    const examples = await replayed([
      event('impression', 3, 0),
      event('impression', 43, 1),
      event('impression', 4, 2),
      event('hide_author', undefined, 3, { authorId: 'a3' }),
    ])
    expect(labels(examples)).toEqual([[], ['hide_author'], []])
  })

  it('counts what was sent twice once', async () => {
    const events = [event('impression', 1, 0), event('click', 1, 1), event('impression', 2, 2)]
    const once = await replayed(events)
    const twice = await replayed([...events, ...events])
    expect(twice.ranking).toEqual(once.ranking)
    expect(twice.viewers.length).toBe(2)
    expect(twice.events).toBe(3)
  })

  it('passes over events about items that the catalogue does not know', async () => {
    const examples = await replayed([event('impression', 999, 0), event('impression', 1, 1)])
    expect(examples.ranking.length).toBe(1)
    expect(examples.events).toBe(1)
  })

  it('takes the first engagement of a user and item as the positive, with all that follows it', async () => {
    const examples = await replayed([
      event('impression', 1, 0),
      event('click', 1, 1),
      event('like', 1, 2),
      event('save', 1, 30 * 60),
      event('long_view', 2, 5),
      event('see_less', 3, 6),
      event('click', 1, 40 * 60),
    ])
    const { positives, ranking } = examples
    expect(Array.from(positives.item)).toEqual([1, 2])
    // click and like within a day of the first, the save not.
    expect(Array.from(positives.kinds)).toEqual([0b1010, 0b100])
    expect(Array.from(positives.weight)).toEqual([3, 1])
    expect(positives.viewer[0]).toBe(ranking.viewer[0])
    const own = examples.viewers.gather([positives.viewer[1]!])
    // Without an impression: just before the event, when item 1 was history and item 2 was not.
    expect(Array.from(own.historyItems.subarray(0, 2))).toEqual([2, 0])
  })

  it('folds what is before `from`, but makes no examples of it', async () => {
    const events = [
      event('impression', 1, 0),
      event('click', 1, 1),
      event('impression', 2, 2),
      event('click', 2, 3),
      event('click', 1, 4),
    ]
    const from = PLANTED_START + 2 * MINUTE
    const [all, late] = [await replayed(events), await replayed(events, { from })]
    expect(late.ranking.length).toBe(1)
    expect(featuresOf(late, 0)).toEqual(featuresOf(all, 1))
    expect(Array.from(late.positives.item)).toEqual([2])
    expect(late.counters).toEqual(all.counters)
  })

  it('samples requests with the states that they saw', async () => {
    const examples = await replayed(log.events, { requests: 30, seed: 2 })
    expect(examples.requests).toHaveLength(30)
    for (const { viewer, user, state, now, surface } of examples.requests) {
      expect(examples.users[examples.viewers.user[viewer]!]).toBe(user)
      expect(examples.viewers.time[viewer]).toBe(now)
      const { features } = viewerOf(
        { id: user, state: decodeUserState(state), user: log.users.get(user), now },
        catalogue,
        settingsFrom(),
      )
      const kept = examples.viewers.gather([viewer])
      expect(features.dense).toEqual(kept.dense)
      expect(features.historyItems).toEqual(kept.historyItems)
      expect(surface).toBe(kept.surface[0])
    }
    const again = await replayed(log.events, { requests: 30, seed: 2 })
    expect(again.requests).toEqual(examples.requests)
  })

  it('reads asynchronous batches of any size', async () => {
    const batches = async function* () {
      for (let i = 0; i < log.events.length; i += 7) yield log.events.slice(i, i + 7)
    }
    const [whole, parts] = [await replayed(log.events), await replayed([], { events: batches() })]
    expect(parts.ranking).toEqual(whole.ranking)
  })

  it('answers an empty log with no examples', async () => {
    const examples = await replayed([])
    expect(examples.ranking.length).toBe(0)
    expect(examples.end).toBe(0)
    expect(examples.users).toEqual([])
  })
})

it('is in time only within the attribution window', async () => {
  const events = [event('impression', 1, 0), event('click', 1, 10)]
  expect(labels(await replayed(events, { attributionMs: 10 * MINUTE }))).toEqual([['click']])
  expect(labels(await replayed(events, { attributionMs: 9 * MINUTE }))).toEqual([[]])
})
