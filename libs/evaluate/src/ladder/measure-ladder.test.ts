import type { Event, Item } from '@explore/explore'
import { rng } from '@explore/learn'
import { memoryEventLog, memoryWorld, plantedBundle } from '@explore/testkit/memory'
import { beforeAll, expect, it } from 'vitest'
import { reportText } from '../report-text.ts'
import { ladderTables } from './ladder-tables.ts'
import { type LadderMeasures, measureLadder } from './measure-ladder.ts'
import { RUNGS } from './rungs.ts'

const NOW = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000
const ITEMS = 400
const REQUESTS = 15
const items = Array.from({ length: ITEMS }, (_, i): Item => ({
  id: `m${i}`,
  author: `a${i % 90}`,
  topics: [`t${i % 23}`],
  createdAt: NOW - i * HOUR,
}))

let measures: LadderMeasures
beforeAll(async () => {
  const settings = { 'width.candidates': 120, 'width.secondStage': 40, 'page.maxLimit': 40 }
  const world = await memoryWorld({ now: NOW, items, settings })
  const log = memoryEventLog()
  const random = rng('history')
  const events: Event[] = []
  for (let user = 0; user < 30; user++) {
    for (let n = 0; n < 8; n++) {
      // Half of them after the time at which pages are made before.
      const [userId, itemId, time] = [`u${user}`, `m${random.int(ITEMS)}`, NOW - (1 + 3 * n) * HOUR]
      events.push(
        { userId, itemId, time, type: 'impression', eventId: `${user}-${n}-i` },
        { userId, itemId, time, type: 'click', eventId: `${user}-${n}-c` },
      )
    }
  }
  events.sort((a, b) => a.time - b.time)
  await log.append(events)
  await world.record(events)
  measures = await measureLadder(
    {
      stores: {
        state: world.state,
        catalogue: world.catalogue,
        bundle: plantedBundle(world.catalogue),
      },
      settings: world.settings,
      now: NOW,
      user: () => undefined,
      log,
      close: async () => {},
    },
    {
      requests: REQUESTS,
      age: 12 * HOUR,
      random: rng('measure'),
      signal: new AbortController().signal,
      onProgress: () => {},
    },
  )
})

const of = (name: string): number => measures.figures.spread(name, rng(1))?.value ?? NaN

it.each([
  ['nothing', /^$/],
  ['nothing (other draws)', /^$/],
  ['value-model-rerank', /^reranked without likeness$/],
  ['ann-index', /^without two-tower$/],
  ['stored lists', /^without long-term, without popular-in-group, without trending$/],
  ['first-stage', /^retrieval order$/],
  ['second-stage-mtml', /^first-stage order$/],
  ['both rankers (a page made before)', /^precomputed page$/],
  ['both rankers', /^first-stage order, retrieval order$/],
  ['retrieval-sources (a page made before)', /^precomputed page$/],
  ['retrieval-sources', /^live ranking failed$/],
  ['all but the catalogue', /^live ranking failed, without popular-in-group, without trending$/],
])('pages without %s are full, safe, and flagged', (name, flags) => {
  expect(of(`${name} places`)).toBe(1)
  const told = [...measures.flagged.get(name)!.keys()]
  for (const flagged of told) expect(flagged.split(', ').toSorted().join(', ')).toMatch(flags)
  expect(told.length).toBe(1)
})

it('measures every rung that is tested above, and no page has what a filter refuses', () => {
  expect(RUNGS.length).toBe(12)
  expect(measures.requests).toBe(REQUESTS)
  expect(measures.refused).toBe(0)
})

it('tells what is lost: nothing of the full page, little by chance, more the less is there', () => {
  expect(of('nothing value')).toBe(1)
  expect(of('nothing overlap')).toBe(1)
  expect(of('nothing (other draws) value')).toBeGreaterThan(0.9)
  const falling = ['nothing', 'first-stage', 'both rankers', 'all but the catalogue'].map(name =>
    of(`${name} value`),
  )
  expect(falling).toEqual(falling.toSorted((a, b) => b - a))
  expect(new Set(falling).size).toBe(falling.length)
  expect(of('random value')).toBeLessThan(of('first-stage value'))
  // Made half a day before by the same models: better than what knows no viewer, older than what knows all.
  const made = of('retrieval-sources (a page made before) value')
  expect(made).toBeGreaterThan(of('retrieval-sources value'))
  expect(of('retrieval-sources (a page made before) overlap')).toBeLessThan(1)
})

it('reads well', () => {
  const tables = ladderTables(measures, rng(1))
  const text = reportText({ evaluation: 'ladder', protocol: 'now', title: 'x', facts: {}, tables })
  expect(text).toMatch(/^first-stage +\.\d+ \[.*█/m)
  expect(text).toMatch(/^nothing +1 +not at all$/m)
  expect(text.split('\n').every(line => line.length <= 120)).toBe(true)
})
