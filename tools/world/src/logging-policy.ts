import type { Catalogue } from './catalogue.ts'
import type { Parameters } from './parameters.ts'
import { placeKey } from './reactions.ts'
import type { Request } from './response.ts'
import { uniform, type Stream } from './rng.ts'
import { createTable } from './table.ts'
import { TOPICS } from './vocabulary.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
/** Clicks that a viewer's profile of topics begins with. */
const PROFILE_PRIOR = 4
/** Age in days over which recency falls to 1/e: in the recent component, and in the others. */
const RECENT_DAYS = 1.5
const FADING_DAYS = 30
const MAX_TRIES = 5000

/** The policy for one viewer at one time, before what they have seen is left out. */
export interface Mixture {
  chance(item: number): number
  /** An item by two uniform numbers: the first picks the component, the second the item in it. */
  draw(u: number, v: number): number
}

export interface LoggedPage {
  readonly items: readonly number[]
  /** Chance of each item at its place, given the request and the places above it. */
  readonly propensities: readonly number[]
}

/**
 * The policy that made the history, known exactly: a mixture of what is popular, what is recent,
 * what has the topics that the viewer clicks, and chance. It sees what any recommender would
 * (declared topics, clicks once they arrived) and draws from tables renewed every few hours.
 */
export const createLoggingPolicy = (
  catalogue: Catalogue,
  users: number,
  { logging }: Parameters,
) => {
  const { size, label, createdAt, removedAt, reach } = catalogue
  const topics = TOPICS.length
  const clicks = new Float64Array(size)
  const profiles = new Float64Array(users * topics)
  let waiting: { readonly user: number; readonly item: number; readonly time: number }[] = []

  /** Tables hold the items topic by topic, topic t from place `from[t]`. */
  const items = Array.from(label.keys()).sort((a, b) => label[a]! - label[b]! || a - b)
  const placeOf = Uint32Array.from(items.keys())
  items.forEach((item, place) => (placeOf[item] = place))
  const from = Array.from({ length: topics + 1 }, (_, topic) => {
    const place = items.findIndex(item => label[item]! >= topic)
    return place < 0 ? size : place
  })
  const weights = new Float64Array(size)
  const popular = createTable(size)
  const recent = createTable(size)
  const topical = createTable(size)
  const even = createTable(size)
  let refreshedAt = -Infinity
  /** Items in the tables that will be taken down before the next refresh. */
  let leaving: readonly number[] = []

  const refresh = (time: number): void => {
    const fade = 2 ** ((refreshedAt - time) / DAY / logging.halfLife)
    refreshedAt = time
    for (let item = 0; item < size; item++) clicks[item]! *= fade
    const arrived = waiting.filter(click => click.time <= time)
    waiting = waiting.filter(click => click.time > time)
    for (const { user, item } of arrived) {
      clicks[item]! += 1
      profiles[user * topics + label[item]!]! += 1
    }
    for (let place = 0; place < size; place++) {
      const item = items[place]!
      const days = (time - createdAt[item]!) / DAY
      weights[place] = catalogue.servable(item, time)
        ? (reach[item]! + clicks[item]!) ** logging.sharpness * Math.exp(-days / FADING_DAYS)
        : 0
    }
    const there = (place: number) => weights[place]! > 0
    const age = (place: number) => (time - createdAt[items[place]!]!) / DAY
    popular.fill(place => weights[place]!)
    topical.fill(place => Math.sqrt(weights[place]!))
    recent.fill(place => (there(place) ? Math.exp(-age(place) / RECENT_DAYS) : 0))
    even.fill(place => (there(place) ? 1 : 0))
    const next = time + logging.refreshHours * HOUR
    leaving = items.filter((item, place) => there(place) && removedAt[item]! <= next)
  }

  /** Chance of each topic for a viewer: their clicks, shrunk to what there is. */
  const topicChances = (user: number): Float64Array => {
    const chances = new Float64Array(topics)
    for (let topic = 0; topic < topics; topic++) {
      const mass = topical.mass(from[topic], from[topic + 1])
      const own = profiles[user * topics + topic]!
      if (mass > 0) chances[topic] = own + (PROFILE_PRIOR * mass) / topical.mass()
    }
    const sum = chances.reduce((total, chance) => total + chance, 0)
    return chances.map(chance => chance / sum)
  }

  const mixture = (user: number, time: number): Mixture => {
    if (time >= refreshedAt + logging.refreshHours * HOUR) refresh(time)
    const chances = topicChances(user)
    return {
      chance: item => {
        const place = placeOf[item]!
        const topic = label[item]!
        const inTopic = topical.mass(place, place + 1) / topical.mass(from[topic], from[topic + 1])
        return (
          (logging.popular * popular.mass(place, place + 1)) / popular.mass() +
          (logging.recent * recent.mass(place, place + 1)) / recent.mass() +
          (logging.uniform * even.mass(place, place + 1)) / even.mass() +
          (chances[topic]! > 0 ? logging.topical * chances[topic]! * inTopic : 0)
        )
      },
      draw: (u, v) => {
        if ((u -= logging.popular) < 0) return items[popular.draw(v)]!
        if ((u -= logging.recent) < 0) return items[recent.draw(v)]!
        if ((u -= logging.uniform) < 0) return items[even.draw(v)]!
        u /= logging.topical
        let topic = 0
        while (topic < topics - 1 && (u -= chances[topic]!) >= 0) topic++
        while (!(chances[topic]! > 0)) topic--
        return items[topical.draw(v, from[topic], from[topic + 1])]!
      },
    }
  }

  return {
    mixture,

    /** Tells the policy of a click that arrives at `time`. */
    clicked: (user: number, item: number, time: number): void => {
      waiting.push({ user, item, time })
    },

    /** Draws a page without what the viewer has `seen`; short when next to nothing is left. */
    page: (request: Request, seen: readonly number[], limit: number, stream: Stream): LoggedPage => {
      const { user, time, visit, page } = request
      const { chance, draw } = mixture(user, time)
      const excluded = new Set(seen)
      for (const item of leaving) if (removedAt[item]! <= time) excluded.add(item)
      let left = 1
      for (const item of excluded) left -= chance(item)
      const drawn: number[] = []
      const propensities: number[] = []
      for (let slot = 0, tries = 0; slot < limit && tries < MAX_TRIES; tries++) {
        const key = placeKey(visit, page, slot)
        const u = uniform(stream, user, key, 2 * tries)
        const item = draw(u, uniform(stream, user, key, 2 * tries + 1))
        if (excluded.has(item)) continue
        excluded.add(item)
        drawn.push(item)
        propensities.push(chance(item) / left)
        left -= chance(item)
        slot++
      }
      return { items: drawn, propensities }
    },
  }
}
