import type { Catalogue } from './catalogue.ts'
import { createLoggingTables } from './logging-tables.ts'
import type { Parameters } from './parameters.ts'
import type { Population } from './population.ts'
import { placeKey } from './reactions.ts'
import type { Request } from './response.ts'
import { uniform, type Stream } from './rng.ts'
import { TOPICS } from './vocabulary.ts'

/** Clicks, spread as the items are, that a viewer's profile of topics begins with. */
const PROFILE_PRIOR = 10
/** A page stays short after so many draws of excluded items, or when so little chance is left. */
const MAX_TRIES = 5000
const LEAST = 1e-6

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
 * what has the topics that the viewer clicks, and chance. It sees what any recommender would:
 * declared topics, and clicks once they have arrived.
 */
export const createLoggingPolicy = (
  catalogue: Catalogue,
  population: Population,
  { logging }: Parameters,
) => {
  const { label } = catalogue
  const tables = createLoggingTables(catalogue, logging)
  const { items, placeOf, from, popular, recent, topical, even } = tables
  const topics = TOPICS.length
  const profiles = population.clicksBefore.slice()
  let waiting: { readonly user: number; readonly item: number; readonly time: number }[] = []

  const refresh = (time: number): void => {
    const arrived = waiting.filter(click => click.time <= time)
    waiting = waiting.filter(click => click.time > time)
    for (const { user, item } of arrived) profiles[user * topics + label[item]!]! += 1
    tables.refresh(
      time,
      arrived.map(({ item }) => item),
    )
  }

  /** Chance of each topic for a viewer: its share of items times the square of the viewer's lift. */
  const topicChances = (user: number): Float64Array => {
    const chances = new Float64Array(topics)
    for (let topic = 0; topic < topics; topic++) {
      const share = topical.mass(from[topic], from[topic + 1]) / topical.mass()
      const clicks = profiles[user * topics + topic]!
      if (share > 0) chances[topic] = (clicks + PROFILE_PRIOR * share) ** 2 / share
    }
    const sum = chances.reduce((total, chance) => total + chance, 0)
    return chances.map(chance => chance / sum)
  }

  const mixture = (user: number, time: number): Mixture => {
    if (tables.isStale(time)) refresh(time)
    const chances = topicChances(user)
    return {
      chance: item => {
        const place = placeOf[item]!
        const topic = label[item]!
        const part = topical.mass(place, place + 1)
        return (
          (logging.popular * popular.mass(place, place + 1)) / popular.mass() +
          (logging.recent * recent.mass(place, place + 1)) / recent.mass() +
          (logging.uniform * even.mass(place, place + 1)) / even.mass() +
          (part > 0
            ? (logging.topical * chances[topic]! * part) /
              topical.mass(from[topic], from[topic + 1])
            : 0)
        )
      },
      draw: (u, v) => {
        if ((u -= logging.popular) < 0) return items[popular.draw(v)]!
        if ((u -= logging.recent) < 0) return items[recent.draw(v)]!
        if ((u -= logging.uniform) < 0) return items[even.draw(v)]!
        u /= logging.topical
        let topic = 0
        while (topic < topics - 1 && (u -= chances[topic]!) >= 0) topic++
        // Rounding can leave u beyond the last topic that has items.
        while (chances[topic] === 0) topic--
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
    page: (
      request: Request,
      seen: readonly number[],
      limit: number,
      stream: Stream,
    ): LoggedPage => {
      const { user, time, visit, page } = request
      const { chance, draw } = mixture(user, time)
      if (even.mass() === 0) return { items: [], propensities: [] }
      const excluded = new Set([...seen, ...tables.gone(time)])
      let left = 1
      for (const item of excluded) left -= chance(item)
      const drawn: number[] = []
      const propensities: number[] = []
      for (let tries = 0; drawn.length < limit && tries < MAX_TRIES && left > LEAST; tries++) {
        const key = placeKey(visit, page, drawn.length)
        const u = uniform(stream, user, key, 2 * tries)
        const item = draw(u, uniform(stream, user, key, 2 * tries + 1))
        if (excluded.has(item)) continue
        excluded.add(item)
        drawn.push(item)
        propensities.push(chance(item) / left)
        left -= chance(item)
      }
      return { items: drawn, propensities }
    },
  }
}
