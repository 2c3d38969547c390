import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopics, openKafka, promoteBundle } from '@explore/adapters'
import { CANDIDATE_CROSS, CANDIDATE_DENSE, type ExploreError, type Page } from '@explore/explore'
import { type KafkaServer, startKafka, whyNoKafka } from '@explore/servers'
import { OPEN_GATES, tinyHome } from '@explore/testkit/home'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { readFeatures } from '../features/feature-log.ts'
import type { Home } from '../home.ts'
import { silent } from '../progress.ts'
import { embeddedService } from '../service.ts'
import { exportImpressions } from './export-impressions.ts'

const why = whyNoKafka()
const folder = mkdtempSync(join(tmpdir(), 'explore-impressions-'))
let kafka: KafkaServer
let home: Home
beforeAll(async () => {
  if (why !== undefined) return
  kafka = await startKafka()
  home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first'],
    settings: { ...OPEN_GATES, 'features.logShare': 1, 'rerank.exploreEvery': 2 },
  })
  await promoteBundle(home.bundles, 'first')
}, 240_000)
beforeEach(({ skip }) => skip(why !== undefined, why))
afterEach(() => delete process.env.EXPLORE_EVENTS)
afterAll(async () => {
  await kafka?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const rowsOf = async (file: string): Promise<Record<string, any>[]> =>
  parquetReadObjects({ file: await asyncBufferFromFile(file) })

it('writes what a gateway served over Kafka, with its features and what viewers did', async () => {
  const url = `${kafka.url}/?prefix=i${process.pid}`
  const link = await openKafka(url)
  await createTopics(link, { partitions: 4 })
  await link.close()
  process.env.EXPLORE_EVENTS = url
  const errors: ExploreError[] = []
  const service = await embeddedService(home, {
    ...{ wall: Date.now, threads: 1, onError: error => errors.push(error) },
  })
  // New, and so under exploration.
  await service.putItems(
    Array.from({ length: 20 }, (_, i) => ({ id: `new-${i}`, author: `n${i}` })),
  )
  const pages: Page[] = []
  for (let i = 0; i < 6; i++) {
    pages.push(await service.page({ userId: `u${i}`, limit: 8, surface: 'home' }))
  }
  const [first] = pages
  const next = await service.page({ userId: 'u0', limit: 8, cursor: first!.nextCursor! })
  pages.push(next)
  const { requestId, userId, items } = first!
  const event = { userId, requestId, time: Date.now() }
  await service.record([
    { ...event, itemId: items[0]!.itemId, type: 'impression' },
    { ...event, itemId: items[1]!.itemId, type: 'impression' },
    { ...event, itemId: items[1]!.itemId, type: 'like' },
    // Of another page.
    { ...event, requestId: 'other', itemId: items[2]!.itemId, type: 'like' },
  ])
  // Closing waits until what was served is on the topic.
  await service.close()

  const out = join(folder, 'out')
  expect(await exportImpressions(home, { out }, silent)).toEqual({
    ...{ folder: out, pages: 7, impressions: 56, withFeatures: 6, unreadable: 0 },
  })
  const impressions = await rowsOf(join(out, 'impressions.parquet'))
  for (const page of pages) {
    const rows = impressions
      .filter(row => row.requestId === page.requestId)
      .sort((a, b) => a.position - b.position)
    expect(rows.map(({ item }) => item)).toEqual(page.items.map(({ itemId }) => itemId))
    expect(rows.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    const known = page.items.map(({ score }) => Math.fround(score!))
    expect(rows.map(({ score }) => score)).toEqual(known)
    expect(rows.map(({ propensity }) => propensity)).toEqual(
      page.items.map(({ propensity = NaN }) => propensity),
    )
    expect(rows.map(({ sources }) => sources)).toEqual(
      page.items.map(({ sources }) => sources.join('+')),
    )
    expect(rows[0]).toMatchObject({ user: page.userId, surface: page === next ? '' : 'home' })
    expect(rows[0]).toMatchObject({ origin: page.origin, bundle: 'first', group: page.group })
  }
  expect(impressions.some(({ propensity }) => propensity === 0.5)).toBe(true)
  const done = (what: string) =>
    impressions.filter(row => row[what]).map(row => [row.requestId, row.item])
  const of = (i: number) => [requestId, items[i]!.itemId]
  expect(done('seen').sort()).toEqual([of(0), of(1)].sort())
  expect(done('like')).toEqual([of(1)])

  const viewers = await rowsOf(join(out, 'viewers.parquet'))
  const pairs = await rowsOf(join(out, 'pairs.parquet'))
  expect(pairs).toHaveLength(48)
  expect(pairs[0]!['candidate.dense']).toHaveLength(CANDIDATE_DENSE)
  expect(pairs[0]!['candidate.cross']).toHaveLength(CANDIDATE_CROSS)
  expect(pairs.some(row => row['candidate.dense'].some((x: number) => x !== 0))).toBe(true)

  // The same viewer on the same state, by the log of one machine.
  delete process.env.EXPLORE_EVENTS
  const alone = await embeddedService(home, { wall: Date.now, threads: 1, onError: () => {} })
  const again = await alone.page({ userId, limit: 8, surface: 'home' })
  await alone.close()
  const [logged] = await readFeatures(home.features)
  expect(logged!.requestId).toBe(again.requestId)
  const viewer = viewers.find(row => row.requestId === requestId)!
  expect(viewer['viewer.historyItems']).toEqual([...logged!.viewer.historyItems])
  expect(viewer['viewer.historyItems'][0]).toBeGreaterThan(0)
  expect(viewer['viewer.attributes']).toEqual([...logged!.viewer.attributes])
  expect(viewer['viewer.surface']).toBe(logged!.viewer.surface[0])

  expect(JSON.parse(readFileSync(join(out, 'schema.json'), 'utf8'))).toMatchObject({
    featuresVersion: 2,
  })
  expect(errors).toEqual([])
}, 120_000)

it('is refused where nothing is recorded, and never overwrites', async () => {
  const call = (out: string) => exportImpressions(home, { out }, silent)
  await expect(call(join(folder, 'none'))).rejects.toMatchObject({ code: 'USAGE' })
  process.env.EXPLORE_EVENTS = `${kafka.url}/?prefix=i${process.pid}`
  await expect(call(join(folder, 'out'))).rejects.toMatchObject({
    ...{ code: 'FIELD_INVALID', message: expect.stringContaining('holds an export already') },
  })
}, 60_000)
