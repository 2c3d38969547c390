import type { Event, Item, Millis, User } from '@explore/explore'
import { describeItem, describeUser } from './describe.ts'
import { createHistory } from './history.ts'
import { createNature } from './nature.ts'
import type { Parameters } from './parameters.ts'
import { PRESETS } from './presets.ts'
import { streamOf } from './rng.ts'
import { createSimulation, type Simulation, type SimulationOptions } from './simulation.ts'

const DAY = 86_400_000
/** Days after the history for which the world goes on. */
const HORIZON_DAYS = 14

export interface WorldOptions {
  readonly seed: number
  /** End of the history. */
  readonly now: Millis
  /** Items uploaded until `now`, some of them taken down. */
  readonly items?: number
  readonly users?: number
  readonly historyDays?: number
  readonly params?: Parameters
}

/** How likely the logging policy was to show what it showed, at that place of that page. */
export interface Propensity {
  readonly eventId: string
  readonly propensity: number
}

export interface World {
  /** As they are at `now`. */
  readonly items: readonly Item[]
  readonly users: readonly User[]
  readonly start: Millis
  readonly now: Millis
  /** The events that arrived until `now`, in order of time, made as they are read. */
  history(): Iterable<Event>
  /** One per impression of the history, in the same order. */
  propensities(): Iterable<Propensity>
  /** What follows under another policy, for at most 14 days. */
  simulation(options: SimulationOptions): Simulation
}

/**
 * A world by its seed: the same options give the same world, to the last event. Throws RangeError
 * for options out of bounds.
 */
export const createWorld = ({
  seed,
  now,
  items = 20_000,
  users = 3_000,
  historyDays = 14,
  params = PRESETS.mid,
}: WorldOptions): World => {
  within('seed', seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  within('now', now, 0, 8.64e15)
  within('items', items, 1, 200_000)
  within('users', users, 1, 100_000)
  within('historyDays', historyDays, 1, 365)
  const start = now - historyDays * DAY
  const scale = { seed, items, users, historyDays, horizonDays: HORIZON_DAYS, now }
  const nature = createNature(scale, params)
  const history = createHistory(nature, { seed: streamOf(seed, 'history'), start, now })
  const { catalogue, population } = nature
  const { log, propensities } = history

  return {
    items: Array.from({ length: items }, (_, item) => describeItem(catalogue, item, now)),
    users: Array.from({ length: users }, (_, user) => describeUser(population, user)),
    start,
    now,
    *history() {
      for (const row of log.inOrder(now)) yield log.event(row)
    },
    *propensities() {
      for (const row of log.inOrder(now))
        if (!Number.isNaN(propensities[row]!))
          yield { eventId: log.event(row).eventId, propensity: propensities[row]! }
    },
    simulation: options => {
      within('days', options.days, 1, HORIZON_DAYS)
      within('users', options.users ?? users, 1, users)
      return createSimulation({ nature, history, worldSeed: seed, now }, options)
    },
  }
}

const within = (name: string, value: number, least: number, most: number): void => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`)
}
