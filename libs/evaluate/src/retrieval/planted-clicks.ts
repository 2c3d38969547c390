import type { Event, Item } from '@explore/explore'
import { rng } from '@explore/learn'
import { type Dataset, datasetOf } from '../dataset.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5)
const TASTES = 5

/** Users who click items of their one taste at random over twenty days, and pass over others. For tests. */
export const plantedClicks = ({ users = 150, items = 100, clicks = 10 } = {}): Dataset => {
  const random = rng(1)
  const described: Item[] = Array.from({ length: items }, (_, i) => ({
    id: `i${i}`,
    author: `a${i % 20}`,
    topics: [`t${i % TASTES}`],
    createdAt: START - HOUR,
  }))
  const events: Event[] = []
  for (let u = 0; u < users; u++) {
    const mine = random
      .shuffle(Uint32Array.from({ length: items }, (_, i) => i))
      .filter(i => i % TASTES === u % TASTES)
      .slice(0, clicks)
    for (const i of mine) {
      const time = START + Math.floor(random.uniform() * 480) * HOUR
      const about = { userId: `u${u}`, time, surface: 'feed' }
      const other = `i${(i + 1) % items}`
      events.push({ ...about, eventId: `${u}.${i}.i`, type: 'impression', itemId: `i${i}` })
      events.push({ ...about, eventId: `${u}.${i}.o`, type: 'impression', itemId: other })
      events.push({ ...about, eventId: `${u}.${i}.c`, type: 'click', itemId: `i${i}` })
    }
  }
  events.sort((a, b) => a.time - b.time)
  return datasetOf('planted', { items: described, users: [], events })
}
