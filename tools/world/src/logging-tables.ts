import type { Catalogue } from './catalogue.ts'
import type { Parameters } from './parameters.ts'
import { createTable } from './table.ts'
import { TOPICS } from './vocabulary.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
/** Age in days over which recency falls to 1/e: in the recent component, and in the others. */
const RECENT_DAYS = 1.5
const FADING_DAYS = 30
/** Exponent on popularity within a topic. */
const TOPICAL_SHARPNESS = 0.7

/**
 * What the logging policy draws from, renewed every few hours: items by popularity, by recency, by
 * topic, and evenly. All tables have the same places, items topic by topic.
 */
export const createLoggingTables = (catalogue: Catalogue, logging: Parameters['logging']) => {
  const { size, label, createdAt, removedAt, reach } = catalogue
  const items = Array.from(label.keys()).sort((a, b) => label[a]! - label[b]! || a - b)
  const placeOf = new Uint32Array(size)
  items.forEach((item, place) => (placeOf[item] = place))
  const from = Array.from({ length: TOPICS.length + 1 }, (_, topic) => {
    const place = items.findIndex(item => label[item]! >= topic)
    return place < 0 ? size : place
  })
  const clicks = new Float64Array(size)
  const popularity = new Float64Array(size)
  const popular = createTable(size)
  const recent = createTable(size)
  const topical = createTable(size)
  const even = createTable(size)
  let refreshedAt = -Infinity
  let leaving: readonly number[] = []

  return {
    items,
    placeOf,
    /** Topic t has the places from `from[t]` to `from[t + 1]`. */
    from,
    popular,
    recent,
    topical,
    even,
    isStale: (time: number): boolean => time >= refreshedAt + logging.refreshHours * HOUR,

    /** Items in the tables that were taken down since. */
    gone: (time: number): readonly number[] => leaving.filter(item => removedAt[item]! <= time),

    /** Adds clicks on items and renews all tables as of `time`. */
    refresh: (time: number, clicked: readonly number[]): void => {
      const fade = 2 ** ((refreshedAt - time) / DAY / logging.halfLife)
      refreshedAt = time
      for (let item = 0; item < size; item++) clicks[item]! *= fade
      for (const item of clicked) clicks[item]! += 1

      const age = (place: number) => (time - createdAt[items[place]!]!) / DAY
      const there = (place: number) => popularity[place]! > 0
      for (let place = 0; place < size; place++) {
        const item = items[place]!
        popularity[place] = catalogue.servable(item, time)
          ? (reach[item]! + clicks[item]!) ** logging.sharpness *
            Math.exp(-age(place) / FADING_DAYS)
          : 0
      }
      popular.fill(place => popularity[place]!)
      topical.fill(place => popularity[place]! ** TOPICAL_SHARPNESS)
      recent.fill(place => (there(place) ? Math.exp(-age(place) / RECENT_DAYS) : 0))
      even.fill(place => (there(place) ? 1 : 0))
      const next = time + logging.refreshHours * HOUR
      leaving = items.filter((item, place) => there(place) && removedAt[item]! <= next)
    },
  }
}
