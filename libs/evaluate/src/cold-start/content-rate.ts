import { type Catalogue, COUNTERS, field, ITEM_TOPICS } from '@explore/explore'

const IMPRESSIONS = field('impressions')
const CLICKS = field('clicks')
/** Impressions of the rate one level up that every topic and author begins with. */
const PRIOR = 50

/**
 * What popularity can say of an item that nobody has seen: the click rate of its author's items, shrunk to that of
 * its first topic, shrunk to that of all. `known` items are counted.
 */
export const contentRates = (
  { authors, topics, size }: Pick<Catalogue, 'authors' | 'topics' | 'size'>,
  counters: Float64Array,
  known: number,
): Float32Array => {
  const byTopic = new Map<number, Tally>()
  const byAuthor = new Map<number, Tally>()
  const all: Tally = { shown: 0, clicked: 0 }
  for (let item = 0; item < known; item++) {
    const shown = counters[item * COUNTERS + IMPRESSIONS]!
    const clicked = Math.min(shown, counters[item * COUNTERS + CLICKS]!)
    for (const tally of [
      all,
      of(byTopic, topics[item * ITEM_TOPICS]!),
      of(byAuthor, authors[item]!),
    ]) {
      tally.shown += shown
      tally.clicked += clicked
    }
  }
  const rate = all.shown > 0 ? all.clicked / all.shown : 0
  const shrunk = ({ shown, clicked }: Tally, towards: number): number =>
    (clicked + PRIOR * towards) / (shown + PRIOR)
  return Float32Array.from({ length: size }, (_, item) => {
    const topic = shrunk(of(byTopic, topics[item * ITEM_TOPICS]!), rate)
    return shrunk(of(byAuthor, authors[item]!), topic)
  })
}

interface Tally {
  shown: number
  clicked: number
}

const of = (tallies: Map<number, Tally>, key: number): Tally => {
  const known = tallies.get(key)
  if (known !== undefined) return known
  const fresh = { shown: 0, clicked: 0 }
  tallies.set(key, fresh)
  return fresh
}
