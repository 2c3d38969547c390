import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis, whyNoRedis } from '@explore/servers'
import { expect, it, onTestFinished } from 'vitest'
import { examine } from './doctor.ts'
import { type Home, homeAt } from './home.ts'
import { embeddedService } from './service.ts'
import { rebuildState } from './jobs/rebuild.ts'
import { silent } from './progress.ts'
import { addressesOf, HOME, openStores } from './stores.ts'

const newHome = (): Home => {
  const folder = mkdtempSync(join(tmpdir(), 'explore-stores-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return homeAt(folder)
}
const missing = whyNoRedis({ own: true })

it('keeps all in the home where no address says otherwise', () => {
  expect(addressesOf({})).toEqual({ events: HOME, state: HOME, profiles: HOME })
})

it('refuses an address of nothing it knows, and lets go of the home', async () => {
  const home = newHome()
  for (const state of ['mysql://localhost', 'localhost', '']) {
    const opening = openStores(home, { events: HOME, state, profiles: HOME })
    await expect(opening).rejects.toMatchObject({ code: 'SETTING_INVALID' })
  }
  const stores = await openStores(home)
  expect(await stores.state.watermark()).toBe(0)
  await stores.close()
})

it('rebuilds only what is in Redis', async () => {
  await expect(rebuildState(newHome(), {}, silent)).rejects.toMatchObject({ code: 'USAGE' })
})

it('serves from Redis what it serves from the home', async ({ skip }) => {
  skip(missing !== undefined, missing)
  const server = await startRedis()
  onTestFinished(() => server.stop())
  const NOW = Date.now()

  /** The pages of a few viewers after the same events, by a service whose threads read the environment. */
  const served = async (environment: Readonly<Record<string, string>>): Promise<unknown> => {
    Object.assign(process.env, environment)
    const home = newHome()
    const service = await embeddedService(home, {
      wall: () => NOW,
      threads: 1,
      onError: error => expect(error).toBeUndefined(),
    })
    try {
      const items = Array.from({ length: 60 }, (_, i) => ({
        ...{ id: `m${i}`, author: `a${i % 9}`, topics: [`t${i % 4}`] },
        createdAt: NOW - i * 60_000,
      }))
      // Places for exploration are drawn by the request's own id.
      await service.changeSettings({ 'trending.minVotes': 1, 'rerank.exploreEvery': 0 })
      await service.putItems(items)
      const events = Array.from({ length: 100 }, (_, i) => ({
        eventId: `e${i}`,
        userId: `u${i % 7}`,
        itemId: `m${(i * i) % 59}`,
        type: ['impression', 'like', 'click'][i % 3],
        time: NOW - 1000 + i,
      }))
      await service.record(events)
      await expect.poll(async () => (await service.health()).lag).toBe(0)
      const pages: unknown[] = []
      for (let user = 0; user < 7; user++) {
        const { items } = await service.page({ userId: `u${user}`, limit: 20 })
        pages.push(items)
      }
      if ('EXPLORE_STATE' in environment) {
        const { differed, events } = await rebuildState(home, {}, silent)
        expect([differed, events]).toEqual([0, 100])
      }
      const findings = await examine(home, () => NOW)
      expect(findings.filter(({ level }) => level === 'fail')).toEqual([])
      const redis = findings.filter(({ check }) => check === 'redis')
      expect(redis.length > 0).toBe('EXPLORE_STATE' in environment)
      return pages
    } finally {
      await service.close()
      for (const name of Object.keys(environment)) delete process.env[name]
    }
  }

  const expected = await served({})
  expect(JSON.stringify(expected)).toContain('trending')
  const at = (prefix: string): string => `${server.url}?prefix=${prefix}`
  expect(await served({ EXPLORE_STATE: at('a') })).toEqual(expected)
  expect(await served({ EXPLORE_STATE: at('b'), EXPLORE_PROFILES: at('b') })).toEqual(expected)
})
