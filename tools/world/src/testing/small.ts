import { createEngine } from '../engine.ts'
import { EventLog } from '../event-log.ts'
import { createMinds } from '../minds.ts'
import { createNature } from '../nature.ts'
import type { Parameters } from '../parameters.ts'
import { PRESETS } from '../presets.ts'
import type { Request } from '../response.ts'
import { streamOf } from '../rng.ts'

export const DAY = 86_400_000
export const NOW = Date.UTC(2026, 0, 1)
export const SMALL = { seed: 1, items: 2000, users: 300, historyDays: 7, now: NOW } as const

/** The laws of a small world, its viewers as they were born, and an engine on them. */
export const createSmall = (parameters: Parameters = PRESETS.mid) => {
  const nature = createNature({ ...SMALL, horizonDays: 3 }, parameters)
  const minds = createMinds(nature.population, nature.catalogue, parameters)
  minds.nextAt.fill(NOW)
  const log = new EventLog(nature.catalogue, 't')
  const engine = createEngine(nature, { seed: 1, minds, log, users: SMALL.users })
  const { taste } = nature
  const moods = streamOf(1, 'moods')
  for (let user = 0; user < SMALL.users; user++) taste.enter(minds, moods, user, 0)
  return { nature, minds, log, engine }
}

/** A first page, on the surface where clicks are likely. */
export const requestOf = (user: number, time: number = NOW): Request => ({
  user,
  time,
  visit: 0,
  page: 0,
  surface: 0,
})

/** Student's t of paired differences against zero. */
export const pairedT = (differences: readonly number[]): number => {
  const n = differences.length
  const mean = differences.reduce((sum, value) => sum + value, 0) / n
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return mean / Math.sqrt(squares / (n - 1) / n)
}
