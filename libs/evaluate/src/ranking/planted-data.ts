import type { Event, EventType } from '@explore/explore'
import { rng } from '@explore/learn'
import { type Dataset, datasetOf } from '../dataset.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5)

/**
 * Data with a known truth, for tests: every user clicks two of six topics mostly, and no item is better
 * than another. Nobody ever saves. In the last tenth there are newcomers, and items that nobody described.
 */
export const plantedData = ({ users = 120, requests = 14 } = {}): Dataset => {
  const random = rng(4)
  const items = Array.from({ length: 120 }, (_, i) => ({
    id: `i${i}`,
    author: `a${i % 30}`,
    topics: [`t${i % 6}`],
    durationMs: 1000 * (5 + random.int(100)),
  }))
  const events: Event[] = []
  const visit = (userId: string, likes: readonly number[], time: number): void => {
    const first = random.int(items.length)
    for (let place = 0; place < 6; place++) {
      const item = (first + place * 7) % items.length
      const unknown = userId.startsWith('new') && place === 5
      const say = (type: EventType, later: number): void =>
        void events.push({
          eventId: `${userId}.${time}.${place}.${type}`,
          ...{ userId, type, itemId: unknown ? 'nowhere' : `i${item}` },
          time: time + place * 4000 + later,
          requestId: `${userId}.${time}`,
        })
      say('impression', 0)
      const clicked = random.uniform() < (likes.includes(item % 6) ? 0.7 : 0.08)
      if (clicked) say('click', 1000)
      if (clicked && random.uniform() < 0.3) say('like', 2000)
    }
  }
  const span = requests * 6 * HOUR
  for (let u = 0; u < users; u++) {
    const likes = random.shuffle([0, 1, 2, 3, 4, 5]).slice(0, 2)
    for (let r = 0; r < requests; r++) {
      visit(`u${u}`, likes, START + Math.floor(((r + random.uniform()) * span) / requests))
    }
  }
  for (let n = 0; n < 5; n++) visit(`new${n}`, [0, 1], START + span + n)
  events.sort((a, b) => a.time - b.time)
  return datasetOf('planted', { items, users: [{ id: 'u0' }], events })
}
