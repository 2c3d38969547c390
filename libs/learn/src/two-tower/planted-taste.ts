import { attributeBuckets, Catalogue, type Event, type Item } from '@explore/explore'
import { type Examples, replay } from '../examples/replay.ts'
import { rng } from '../rng.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5)
const TASTES = 6

/** Clicks by planted tastes, for tests. */
export interface PlantedTaste {
  readonly catalogue: Catalogue
  /** Taste of every item, which its topic tells. */
  readonly tasteOf: Uint8Array
  /** Ordinals from then on were never clicked. */
  readonly warm: number
  readonly examples: Examples
}

/**
 * Users click only items of their one taste, popular ones far more often: within a taste, item i's share
 * falls with 1 / (i + 1). The last `cold` items are never clicked.
 */
export const plantedTaste = async ({
  users = 240,
  items = 300,
  cold = 0,
  clicks = 14,
  seed = 1,
} = {}): Promise<PlantedTaste> => {
  const random = rng(seed)
  const warm = items - cold
  const tasteOf = Uint8Array.from({ length: items }, (_, i) => i % TASTES)
  const catalogue = new Catalogue()
  catalogue.apply(
    Array.from(tasteOf, (taste, ordinal) => {
      const id = `i${ordinal}`
      const item: Item = { id, author: `a${ordinal % 50}`, topics: [`t${taste}`] }
      return { ordinal, id, item }
    }),
    1,
  )
  const events: Event[] = []
  for (let u = 0; u < users; u++) {
    const mine = [...tasteOf.keys()].filter(i => i < warm && tasteOf[i] === u % TASTES)
    const total = mine.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0)
    const taken = new Set<number>()
    while (taken.size < Math.min(clicks, mine.length)) {
      let left = random.uniform() * total
      taken.add(mine[mine.findIndex((_, rank) => (left -= 1 / (rank + 1)) < 0)] ?? mine[0])
    }
    for (const item of taken) {
      const time = START + Math.floor(random.uniform() * 14 * 24) * HOUR
      const eventId = `${u}.${item}`
      events.push({ eventId, userId: `u${u}`, itemId: `i${item}`, type: 'click', time })
    }
  }
  events.sort((a, b) => a.time - b.time)
  const examples = await replay({
    events: [events],
    catalogue,
    attributes: () => attributeBuckets(undefined),
    limits: { seen: 1000 },
  })
  return { catalogue, tasteOf, warm, examples }
}
