import { createEngine } from './engine.ts'
import { EventLog, LOGGED } from './event-log.ts'
import { createLoggingPolicy } from './logging-policy.ts'
import { createMinds, type Minds } from './minds.ts'
import type { Nature } from './nature.ts'
import { afterActive } from './retention.ts'
import { streamOf } from './rng.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const CLICK = LOGGED.indexOf('click')

/** Places of a page, in the history and after it. */
export const PAGE_SIZE = 10

export interface History {
  readonly log: EventLog
  /** Propensity of the impressions' rows of the log; NaN for other rows. */
  readonly propensities: Float64Array
  /** The viewers as the history left them. */
  readonly minds: Minds
}

/** Runs the logging policy from `start` to `now`. */
export const createHistory = (
  nature: Nature,
  { seed, start, now }: { seed: number; start: number; now: number },
): History => {
  const { population, catalogue, parameters } = nature
  const users = population.size
  const minds = createMinds(population, catalogue, parameters)
  for (let user = 0; user < users; user++) {
    const joinedAt = population.joinedAt[user]!
    const phase = population.phase[user]!
    const gap = Math.exp(population.gap[user]!) * DAY
    minds.nextAt[user] =
      joinedAt < start ? afterActive(start, phase * gap) : Math.ceil(joinedAt + phase * HOUR)
  }
  const log = new EventLog(catalogue, 'h')
  const engine = createEngine(nature, { seed, minds, log, users })
  const policy = createLoggingPolicy(catalogue, population, parameters)
  const draws = streamOf(seed, 'logging')
  const seen = Array.from({ length: users }, (): number[] => [])
  const propensities: number[] = []

  while (engine.nextTime <= now) {
    const request = engine.next()
    const { user } = request
    const page = policy.page(request, seen[user]!, PAGE_SIZE, draws)
    const first = log.size
    const { shown } = engine.serve(request, page.items)
    seen[user]!.push(...shown)
    let slot = 0
    for (let row = first; row < log.size; row++) {
      propensities[row] = log.type(row) === IMPRESSION ? page.propensities[slot++]! : NaN
      if (log.type(row) === CLICK) policy.clicked(user, log.item(row), log.time(row))
    }
  }
  return { log, propensities: Float64Array.from(propensities), minds }
}

const IMPRESSION = LOGGED.indexOf('impression')
