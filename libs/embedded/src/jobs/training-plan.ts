import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Home } from '../home.ts'

/** What decides the bundle that a training ends with. */
export interface TrainingWish {
  readonly seed: number
  readonly full: boolean
  /** The bundle that it goes on from. */
  readonly from: string | null
  /** Events that make examples, the latest of the log. */
  readonly events: number
  readonly catalogueId: string
  readonly catalogueVersion: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly featuresVersion: number
}

/** A training that began, and may have been cut short. */
export interface TrainingPlan {
  readonly wish: TrainingWish
  /** Of the bundle in the making. */
  readonly startedAt: number
  /** The log's end when it began: later events wait for the next training. */
  readonly end: number
}

const fileOf = (home: Home): string => join(home.training, 'plan.json')

/**
 * The training that was cut short, where it is the one wished for; else a new one, in an empty folder.
 * Another wish gives up what was there.
 */
export const planTraining = (
  home: Home,
  wish: TrainingWish,
  { now, end }: { readonly now: number; readonly end: number },
): { readonly plan: TrainingPlan; readonly resumed: boolean } => {
  const known = read(home)
  if (known && known.end <= end && isDeepStrictEqual(known.wish, wish)) {
    return { plan: known, resumed: true }
  }
  dropTraining(home)
  mkdirSync(home.training, { recursive: true })
  const plan = { wish, startedAt: now, end }
  writeFileSync(fileOf(home), JSON.stringify(plan))
  return { plan, resumed: false }
}

/** Forgets a training that is done, or given up; returns whether there was one. */
export const dropTraining = (home: Home): boolean => {
  const there = existsSync(home.training)
  rmSync(home.training, { recursive: true, force: true })
  return there
}

const read = (home: Home): TrainingPlan | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(home), 'utf8')) as TrainingPlan
  } catch {
    return undefined
  }
}
