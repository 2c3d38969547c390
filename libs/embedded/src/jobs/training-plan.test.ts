import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Home, homeAt } from '../home.ts'
import { dropTraining, planTraining, type TrainingWish } from './training-plan.ts'

let home: Home
beforeEach(() => {
  home = homeAt(mkdtempSync(join(tmpdir(), 'explore-plan-')))
})
afterEach(() => rmSync(home.path, { recursive: true }))

const WISH: TrainingWish = {
  seed: 1,
  full: false,
  from: null,
  events: 10,
  catalogueId: 'c',
  catalogueVersion: 4,
  settings: { 'page.limit': 20 },
  featuresVersion: 1,
}
const state = () => join(home.training, 'two-tower.checkpoint')
const begin = (): void => {
  planTraining(home, WISH, { now: 1000, end: 50 })
  writeFileSync(state(), 'state')
}

it('goes on with the training that began, on the log as it was', () => {
  begin()
  const { plan, resumed } = planTraining(home, { ...WISH }, { now: 2000, end: 70 })
  expect(resumed).toBe(true)
  expect(plan).toMatchObject({ startedAt: 1000, end: 50 })
  expect(existsSync(state())).toBe(true)
})

it.each<[string, Partial<TrainingWish>]>([
  ['seed', { seed: 2 }],
  ['size', { full: true }],
  ['bundle to go on from', { from: '20261123-164157' }],
  ['catalogue', { catalogueVersion: 5 }],
  ['setting', { settings: { 'page.limit': 10 } }],
])('begins anew for another %s', (_, other) => {
  begin()
  const { plan, resumed } = planTraining(home, { ...WISH, ...other }, { now: 2000, end: 70 })
  expect(resumed).toBe(false)
  expect(plan).toMatchObject({ startedAt: 2000, end: 70 })
  expect(existsSync(state())).toBe(false)
})

it('begins anew on a log that lost events, after a broken plan, and when the last one is done', () => {
  begin()
  expect(planTraining(home, WISH, { now: 2000, end: 40 }).resumed).toBe(false)
  writeFileSync(join(home.training, 'plan.json'), '{"wish":')
  expect(planTraining(home, WISH, { now: 3000, end: 60 }).resumed).toBe(false)
  dropTraining(home)
  expect(existsSync(home.training)).toBe(false)
  expect(planTraining(home, WISH, { now: 4000, end: 60 }).resumed).toBe(false)
})
