import type { Event, Item, User } from '@explore/explore'
import { rng } from '@explore/learn'
import { type Dataset, datasetOf } from './dataset.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5)

/**
 * Data whose truth is known, for tests: everyone clicks on two of eight topics and hardly elsewhere, and the items of
 * a topic are alike, so that content tells what popularity cannot.
 */
export const plantedData = ({
  users = 100,
  items = 320,
  requests = 12,
  width = 8,
}: {
  readonly users?: number
  readonly items?: number
  readonly requests?: number
  readonly width?: number
} = {}): Dataset => {
  const random = rng('planted data')
  const catalogue = Array.from({ length: items }, (_, i): Item => ({
    id: `i${i}`,
    author: `a${i % 40}`,
    topics: [`t${random.int(8)}`],
    durationMs: 1000 * (5 + random.int(120)),
    createdAt: START - random.int(1000) * HOUR,
  }))
  const people = Array.from({ length: users }, (_, u): User => ({
    id: `u${u}`,
    attributes: { country: `c${u % 5}` },
  }))
  const events: Event[] = []
  for (const { id: userId } of people) {
    const liked = random.shuffle(Array.from({ length: 8 }, (_, t) => `t${t}`)).slice(0, 2)
    const unseen = random.shuffle(catalogue.slice())
    for (let r = 0; r < requests; r++) {
      const time = START + Math.floor((r + random.uniform()) * 6 * HOUR)
      for (let position = 0; position < width; position++) {
        const item = unseen.pop()
        if (item === undefined) break
        const event = {
          userId,
          itemId: item.id,
          requestId: `${userId}.${r}`,
          position,
          surface: 'home',
        }
        const say = (type: Event['type'], later: number) =>
          events.push({
            ...event,
            eventId: `${userId}.${item.id}.${type}`,
            type,
            time: time + position * 5000 + later,
          })
        say('impression', 0)
        const likes = liked.includes(item.topics![0]!)
        if (random.uniform() < (likes ? 0.75 : 0.05)) say('click', 1000)
        if (likes && random.uniform() < 0.2) say('like', 2000)
      }
    }
  }
  events.sort((a, b) => a.time - b.time)
  return datasetOf('planted', { items: catalogue, users: people, events })
}
