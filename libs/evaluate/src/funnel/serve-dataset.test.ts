import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { settingsFrom } from '@explore/explore'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EvaluationInput } from '../evaluation.ts'
import { evaluateFirstStage } from '../first-stage/evaluate-first-stage.ts'
import { plantedData } from '../planted-data.ts'
import type { Figure, Report } from '../report.ts'
import { evaluateFunnel } from './evaluate-funnel.ts'
import { serveDataset } from './serve-dataset.ts'
import { knownUsers, type Served, viewerNow } from './served.ts'

const data = plantedData()
const signal = new AbortController().signal
const scratch = () => readdirSync(tmpdir()).filter(name => name.startsWith('explore-evaluate-'))
const before = scratch()
let served: Served
beforeAll(async () => {
  const settings = settingsFrom({
    'width.candidates': 150,
    'width.secondStage': 50,
    'page.maxLimit': 50,
  })
  served = await serveDataset(data, settings, { signal, onProgress: () => {}, seed: 1 })
}, 300_000)
afterAll(() => served.close())

const input = (flags: EvaluationInput['flags'], seeds = 1): EvaluationInput => ({
  data: async () => data,
  served: async () => ({ ...served, close: async () => {} }),
  protocol: 'test',
  seeds,
  flags,
  now: () => 0,
  signal,
  onProgress: () => {},
})
const value = ({ tables }: Report, table: number, row: string, column: number): number => {
  const cell = tables[table]!.rows.find(({ name }) => name === row)!.cells[column]
  return typeof cell === 'number' ? cell : (cell as Figure).value
}

it('serves the data as import, training and off-peak would', async () => {
  expect(await knownUsers(served)).toHaveLength(100)
  const viewer = await viewerNow(served, 'u7')
  expect(viewer.seen.has(served.stores.catalogue.ordinal(seenBy('u7'))!)).toBe(true)
  expect(viewer.state.history.length).toBeGreaterThan(5)
  expect(await served.log.end()).toBe(data.events.length)
  expect(served.now).toBe(data.events.at(-1)!.time + 1)
})

const seenBy = (user: string) => data.events.find(({ userId }) => userId === user)!.itemId!

it('measures what the funnel loses', async () => {
  const report = await evaluateFunnel(input({ requests: '40' }))
  expect(report.facts['requests']).toBe(40)
  for (const column of [1, 2, 3]) {
    expect(value(report, 0, 'first stage', column)).toBeLessThanOrEqual(
      value(report, 0, 'mix', column),
    )
  }
  // A trained first stage beats chance, 50 of at most 150.
  expect(value(report, 0, 'first stage', 2) / value(report, 0, 'filters', 2)).toBeGreaterThan(0.6)
  expect(value(report, 0, 'page', 4)).toBeGreaterThan(0.5)
})

it('compares the first stage with what is cheaper', async () => {
  const report = await evaluateFirstStage(input({ requests: '150' }, 2))
  const recall = (name: string) => value(report, 0, name, 1)
  expect(report.facts['requests held out']).toBe(30)
  expect(recall('PSelect, distilled')).toBeGreaterThan(recall("teacher's mean value of the item"))
  expect(recall('PSelect, distilled')).toBeGreaterThan(recall('random') + 0.2)
  expect(recall('the same net on clicks')).toBeGreaterThan(recall('random') + 0.05)
  expect(report.tables[0]!.rows[0]!.cells[0]).toHaveProperty('deviation')
  expect(report.tables[0]!.rows[2]!.cells[0]).not.toHaveProperty('deviation')
  expect(report.tables[1]!.rows.find(({ name }) => name === 'random')!.cells.at(-1)).toBe(
    'at every k',
  )
})

it('leaves nothing behind', async () => {
  const own = await serveDataset(plantedData({ users: 20, requests: 4 }), settingsFrom(), {
    signal,
    onProgress: () => {},
    seed: 1,
  })
  const folders = scratch()
  await own.close()
  expect(folders.length - scratch().length).toBe(1)
  expect(scratch().filter(name => !before.includes(name))).toHaveLength(1)
}, 60_000)
