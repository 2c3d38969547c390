import type { Event } from '@explore/explore'
import type { Catalogue } from './catalogue.ts'
import { describeItem, numberOf, userId } from './describe.ts'
import { createEngine } from './engine.ts'
import { EventLog } from './event-log.ts'
import { PAGE_SIZE, type History } from './history.ts'
import { INSIGHT, isInsider } from './insight.ts'
import { MinHeap } from './min-heap.ts'
import type { Nature } from './nature.ts'
import type { Outcome } from './outcome.ts'
import type { Policy } from './policy.ts'
import type { Request } from './response.ts'
import { streamOf } from './rng.ts'
import { createTally } from './tally.ts'
import { SURFACES } from './vocabulary.ts'

const DAY = 86_400_000

export interface SimulationOptions {
  /** Luck of the run. The same seed gives every policy the same viewers, moods and luck. */
  readonly seed: number
  readonly days: number
  /** Only the first so many viewers visit; all by default. */
  readonly users?: number
}

export interface Simulation {
  /** Serves the viewers by `policy` from `now` on. A policy that learns must be a fresh one. */
  run(policy: Policy): Promise<Outcome>
}

/** Where and when a simulation begins. */
interface Setting {
  readonly nature: Nature
  readonly history: History
  readonly worldSeed: number
  readonly now: number
}

/** The closed loop: a policy serves the viewers that the history left, and learns what they did. */
export const createSimulation = (
  { nature, history, worldSeed, now }: Setting,
  { seed, days, users = nature.population.size }: SimulationOptions,
): Simulation => ({
  run: async policy => {
    const { catalogue } = nature
    const minds = structuredClone(history.minds)
    const log = new EventLog(catalogue, `s${seed}`)
    const luck = streamOf(worldSeed, `run ${seed}`)
    const engine = createEngine(nature, { seed: luck, minds, log, users })
    const tally = createTally(catalogue, users, now)
    const end = now + days * DAY
    const arrivals = createArrivals(history.log, log, now)
    const changes = createChanges(catalogue, now)
    let current: Request | undefined
    if (isInsider(policy)) policy[INSIGHT]({ nature, minds, request: () => current! })

    while (engine.nextTime < end) {
      const request = engine.next()
      const { user, time, visit, page, surface } = request
      current = request
      const changed = changes(time)
      if (changed.length > 0 && policy.publish)
        await policy.publish(changed.map(item => describeItem(catalogue, item, time)))
      const events = arrivals.until(time)
      if (events.length > 0) await policy.observe(events)

      const ids = await policy.page({
        userId: userId(user),
        now: time,
        limit: PAGE_SIZE,
        visit,
        page,
        surface: SURFACES[surface]!.name,
      })
      const first = log.size
      const served = engine.serve(request, ids.slice(0, PAGE_SIZE).map(itemOf))
      arrivals.add(first)
      tally.page(request, served, log, first)
    }
    return tally.close(policy.name, seed, days)
  },
})

/** The number of an item id; of any other string, a number that no item has. */
const itemOf = (id: string): number => (id.startsWith('m') ? numberOf(id) : NaN)

/** Events become known when they happen, in order of time; those of the history that are late, too. */
const createArrivals = (history: EventLog, log: EventLog, now: number) => {
  const queue = new MinHeap()
  for (let row = 0; row < history.size; row++)
    if (history.time(row) > now) queue.push(history.time(row), -1 - row)
  return {
    /** Queues the rows of `log` from `first`. */
    add: (first: number): void => {
      for (let row = first; row < log.size; row++) queue.push(log.time(row), row)
    },
    until: (time: number): readonly Event[] => {
      const events: Event[] = []
      while (queue.least <= time) {
        const row = queue.pop()
        events.push(row < 0 ? history.event(-1 - row) : log.event(row))
      }
      return events
    },
  }
}

/** Uploads and removals after `now`, given out once each, when their time has come. */
const createChanges = (catalogue: Catalogue, now: number) => {
  const queue = new MinHeap()
  for (let item = 0; item < catalogue.size; item++)
    for (const time of [catalogue.createdAt[item]!, catalogue.removedAt[item]!])
      if (time > now) queue.push(time, item)
  return (time: number): readonly number[] => {
    const items: number[] = []
    while (queue.least <= time) items.push(queue.pop())
    return items
  }
}
