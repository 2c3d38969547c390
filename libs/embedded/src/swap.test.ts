import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promoteBundle } from '@explore/adapters'
import type { ExploreError, Page } from '@explore/explore'
import { tinyHome } from '@explore/testkit/home'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Home } from './home.ts'
import { embeddedService, type EmbeddedService } from './service.ts'

/** Two cores may be many processes' when tests run. */
const SOON = { timeout: 100_000 }
const PATIENT = { timeout: 250_000 }

let folder: string
let home: Home
let service: EmbeddedService
let errors: ExploreError[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'explore-swap-'))
  home = await tinyHome(join(folder, 'home'), {
    end: Date.now() - 3_600_000,
    bundles: ['first', 'second', 'third'],
    // Late is not what is looked for: whatever degrades a page is to be a mistake.
    settings: { 'page.deadlineMs': 60_000, 'page.sourcesMs': 60_000 },
  })
  await promoteBundle(home.bundles, 'first')
  errors = []
  service = await embeddedService(home, {
    wall: Date.now,
    threads: 2,
    onError: error => errors.push(error),
  })
  await service.warm()
})
afterEach(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
})

const servedBy = async (): Promise<string | null> => (await service.health()).bundle

/** Pages for several viewers at once, until `done`; a page that fails fails the test. */
const load = (done: () => boolean): Promise<readonly Page[]> => {
  const pages: Page[] = []
  const caller = async (n: number): Promise<void> => {
    for (let i = 0; !done(); i++) {
      pages.push(await service.page({ userId: `u${(n * 7 + i) % 40}`, explain: true }))
      // The threads that load are to have some of a crowded machine.
      await setTimeout(10)
    }
  }
  return Promise.all([0, 1, 2].map(caller)).then(() => pages)
}

it(
  'takes over under load: every page is of one bundle, whole, and none fails',
  PATIENT,
  async () => {
    let enough = false
    const loading = load(() => enough)
    loading.catch(() => {})
    try {
      // Towers of 16, 20 and 24 dimensions: a query of one and an index of another would fail.
      for (const id of ['second', 'third']) {
        await promoteBundle(home.bundles, id)
        await expect.poll(servedBy, SOON).toBe(id)
      }
      expect((await service.page({ userId: 'u1' })).bundle).toBe('third')
    } finally {
      enough = true
    }
    const pages = await loading
    const served = pages.map(({ bundle }) => bundle)
    expect([...new Set(served)]).toEqual(['first', 'second', 'third'])
    for (const page of pages) {
      expect(page).toMatchObject({ origin: 'live', degraded: [] })
      expect(page.items.length).toBeGreaterThan(0)
      expect(page.trace!.some(({ rung }) => rung !== undefined)).toBe(false)
    }
    expect(errors).toEqual([])
  },
)

it(
  'refuses a broken bundle: the one before serves on, and the next sound one takes over',
  PATIENT,
  async () => {
    truncateSync(join(home.bundles, 'second', 'vectors.f32'), 100)
    await promoteBundle(home.bundles, 'second')
    await expect.poll(() => errors.map(({ code }) => code), SOON).toEqual(['BUNDLE_BROKEN'])
    expect(await service.page({ userId: 'u1' })).toMatchObject({ bundle: 'first', degraded: [] })
    expect(await service.health()).toMatchObject({
      ready: true,
      bundle: 'first',
      problems: [expect.stringContaining('vectors.f32 is truncated')],
    })
    await promoteBundle(home.bundles, 'third')
    await expect.poll(servedBy, SOON).toBe('third')
    expect((await service.health()).problems).toEqual([])
  },
)

it('starts on the bundle before where the promoted one is broken', async () => {
  await promoteBundle(home.bundles, 'second')
  truncateSync(join(home.bundles, 'second', 'second-stage.onnx'), 100)
  await service.close()
  service = await embeddedService(home, {
    wall: Date.now,
    threads: 1,
    onError: error => errors.push(error),
  })
  expect((await service.page({ userId: 'u1' })).bundle).toBe('first')
  expect(errors).toMatchObject([{ code: 'BUNDLE_BROKEN' }])
})

it('closes while a bundle loads', async () => {
  await promoteBundle(home.bundles, 'second')
  await setTimeout(1300)
  await service.close()
  expect(errors).toEqual([])
})
