import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promoteBundle } from '@explore/adapters'
import {
  attributeBuckets,
  CANDIDATE_CROSS,
  CANDIDATE_DENSE,
  Catalogue,
  type Id,
} from '@explore/explore'
import { logBatches, rankingBatch, replay } from '@explore/learn'
import { OPEN_GATES, tinyHome } from '@explore/testkit/home'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Home } from '../home.ts'
import { embeddedService } from '../service.ts'
import { openStores } from '../stores.ts'
import { checkSkew } from './check-skew.ts'
import { readFeatures } from './feature-log.ts'

let folder: string
let home: Home
const PAGES = 12

/** Pages with logged features, between them likes that change state and counters, then what was shown. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-skew-'))
  home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first'],
    settings: { ...OPEN_GATES, 'features.logShare': 1 },
  })
  await promoteBundle(home.bundles, 'first')
  const service = await embeddedService(home, { wall: Date.now, threads: 1, onError: () => {} })
  const settled = async (): Promise<void> => {
    while ((await service.health()).lag > 0) await setTimeout(20)
  }
  for (let i = 0; i < PAGES; i++) {
    const userId = `u${i % 5}`
    const { requestId, items } = await service.page({ userId, surface: 'home' })
    const logged = (await readFeatures(home.features)).find(page => page.requestId === requestId)!
    // As of the page: then the trainer's row of the first impression is to be the very row that was served.
    const shown = { userId, requestId, surface: 'home', time: logged.now, type: 'impression' }
    await service.record(items.map(({ itemId }) => ({ ...shown, itemId })))
    await service.record([{ ...shown, itemId: items[0]!.itemId, type: 'like' }])
    await settled()
  }
  await service.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

it('finds no difference between what was served and what the log makes of it', async () => {
  const { candidates, ...report } = await checkSkew(home)
  expect(report).toEqual({ pages: PAGES, differing: 0, first: null })
  expect(candidates).toBeGreaterThan(PAGES * 50)
})

it('logged the very features that training learns from', async () => {
  const { log, profiles, close } = await openStores(home)
  const catalogue = new Catalogue()
  await profiles.sync(catalogue)
  const attributes = new Map<Id, Int32Array>()
  for (const user of await profiles.users(undefined, 100)) {
    attributes.set(user.id, attributeBuckets(user))
  }
  const examples = await replay({
    events: logBatches(log),
    catalogue,
    attributes: user => attributes.get(user)!,
    limits: { seen: 4000 },
  })
  await close()
  const { ranking, viewers, users } = examples
  let compared = 0
  for (const page of await readFeatures(home.features)) {
    // The first impression alone: those after it count themselves among their items' features.
    const row = ranking.viewer.findIndex(
      viewer => users[viewers.user[viewer]!] === page.user && viewers.time[viewer] === page.now,
    )
    const { viewers: viewer, candidates } = rankingBatch(examples, [row])
    const place = page.items.indexOf(ranking.item[row]!)
    expect(viewer).toEqual(page.viewer)
    for (const [name, width] of [
      ['dense', CANDIDATE_DENSE],
      ['cross', CANDIDATE_CROSS],
      ['topics', 4],
    ] as const) {
      expect(candidates[name]).toEqual(
        page.candidates[name].slice(place * width, (place + 1) * width),
      )
    }
    compared++
  }
  expect(compared).toBe(PAGES)
})

it('names the first feature that differs', async () => {
  const [line, ...rest] = readFileSync(home.features, 'utf8').split('\n')
  const page = JSON.parse(line!)
  const dense = new Float32Array(
    Uint8Array.from(Buffer.from(page.candidates.dense, 'base64')).buffer,
  )
  dense[CANDIDATE_DENSE + 3] = 7
  page.candidates.dense = Buffer.from(dense.buffer).toString('base64')
  writeFileSync(home.features, [JSON.stringify(page), ...rest].join('\n'))
  const { differing, first } = await checkSkew(home)
  expect(differing).toBe(1)
  expect(first).toMatchObject({
    feature: 'candidates.dense[3]',
    requestId: page.requestId,
    served: 7,
  })
  expect(first!.item).toMatch(/^item-\d+$/)
  expect(first!.recomputed).not.toBe(7)
})
