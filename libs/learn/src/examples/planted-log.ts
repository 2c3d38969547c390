import {
  attributeBuckets,
  Catalogue,
  type Event,
  type EventType,
  type User,
} from '@explore/explore'
import { rng } from '../rng.ts'

const HOUR = 3_600_000
export const PLANTED_START = Date.UTC(2026, 0, 5)

/** A log whose truth is known, for tests. */
export interface PlantedLog {
  readonly catalogue: Catalogue
  readonly users: ReadonlyMap<string, User>
  /** In the order of time; requests of different users overlap. */
  readonly events: readonly Event[]
  readonly attributes: (user: string) => Int32Array
  /** P(click) of a user for an ordinal. */
  readonly truth: (user: string, item: number) => number
}

/**
 * Every user likes two of eight topics; a click is likely for these and unlikely elsewhere, and no item is
 * better than another, so that popularity knows nothing. Likes follow some clicks, see-less some dislikes.
 * From `shift` on, a share of the log, clicks on liked topics become half as likely.
 */
export const plantedLog = (
  options: {
    readonly users?: number
    readonly items?: number
    readonly requests?: number
    readonly width?: number
    readonly seed?: number
    readonly shift?: number
  } = {},
): PlantedLog => {
  const { users = 150, items = 240, requests = 16, width = 6, seed = 1, shift = 1 } = options
  const random = rng(seed)
  const catalogue = new Catalogue()
  catalogue.apply(
    Array.from({ length: items }, (_, ordinal) => ({
      ordinal,
      id: `i${ordinal}`,
      item: {
        id: `i${ordinal}`,
        author: `a${ordinal % 40}`,
        topics: [`t${random.int(8)}`],
        durationMs: 1000 * (5 + random.int(120)),
        createdAt: PLANTED_START - random.int(1000) * HOUR,
        attributes: { format: `f${ordinal % 3}` },
      },
    })),
    1,
  )
  const topicOf = (item: number) => catalogue.topics[item * 4]
  const topics = [...new Set(Array.from({ length: items }, (_, item) => topicOf(item)))]
  const people = new Map<string, User>()
  const liked = new Map<string, readonly number[]>()
  for (let u = 0; u < users; u++) {
    people.set(`u${u}`, { id: `u${u}`, attributes: { country: `c${u % 5}` } })
    liked.set(`u${u}`, random.shuffle([...topics]).slice(0, 2))
  }
  const truth = (user: string, item: number) =>
    liked.get(user)?.includes(topicOf(item)) ? 0.7 : 0.08

  const span = requests * 6 * HOUR
  const events: Event[] = []
  for (const user of people.keys()) {
    for (let r = 0; r < requests; r++) {
      const start = PLANTED_START + Math.floor(((r + random.uniform()) * span) / requests)
      // All items of a request differ.
      const first = random.int(items)
      const stride = 1 + random.int(Math.floor(items / width) - 1)
      const damp = start >= PLANTED_START + shift * span ? 0.5 : 1
      for (let position = 0; position < width; position++) {
        const item = (first + position * stride) % items
        const time = start + position * 5000
        const requestId = `${user}.${r}`
        const say = (type: EventType, later: number) =>
          events.push({
            eventId: `${requestId}.${position}.${type}`,
            userId: user,
            type,
            itemId: `i${item}`,
            time: time + later,
            requestId,
            position,
            surface: r % 2 === 0 ? 'home' : 'search',
          })
        say('impression', 0)
        const clicked = random.uniform() < truth(user, item) * damp
        if (clicked) say('click', 2000)
        if (clicked && random.uniform() < 0.3) say('like', 9000)
        if (!clicked && random.uniform() < 0.01) say('see_less', 4000)
      }
    }
  }
  events.sort((a, b) => a.time - b.time)
  return {
    catalogue,
    users: people,
    events,
    attributes: user => attributeBuckets(people.get(user)),
    truth,
  }
}
