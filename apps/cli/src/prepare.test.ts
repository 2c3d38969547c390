import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka, startRedis, whyNoKafka, whyNoRedis } from '@explore/servers'
import { expect, it, onTestFinished } from 'vitest'
import { explore } from './testing/run-explore.ts'

it('fills an empty fleet with the demo world and trains on it, once, and ends', async ({
  skip,
}) => {
  const why = whyNoKafka() ?? whyNoRedis()
  skip(why !== undefined, why)
  const [kafka, redis] = await Promise.all([startKafka(), startRedis()])
  onTestFinished(async () => void (await Promise.all([kafka.stop(), redis.stop()])))
  const folder = mkdtempSync(join(tmpdir(), 'explore-prepare-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const env = {
    EXPLORE_EVENTS: `${kafka.url}/?prefix=prepare${process.pid}.`,
    ...{ EXPLORE_STATE: redis.url, EXPLORE_PROFILES: redis.url },
    // So small a world teaches little; what is promoted is not what is tested.
    ...{ EXPLORE_SET_GATES_MAX_NE: '1000', EXPLORE_SET_GATES_CALIBRATION: '10' },
    EXPLORE_SET_GATES_LEAST_SURVIVAL: '0',
    EXPLORE_SET_PAGE_DEADLINE_MS: '10000',
  }
  const run = (...args: readonly string[]) =>
    explore([...args, '--home', join(folder, 'home')], { env })
  expect(await run('topics', 'create', '--partitions', '2')).toMatchObject({ code: 0 })
  const prepare = ['start', '--no-serve', '--demo-items', '300', '--demo-users', '40']
  const first = await run(...prepare)
  expect(first.code, first.stderr).toBe(0)
  expect(first.stderr).toMatch(/300 items, 40 users, \d+ events/)
  const page = JSON.parse((await run('page', 'u1', '--json')).stdout)
  expect(page).toMatchObject({ bundle: expect.any(String) })
  expect(page.items.length).toBeGreaterThan(0)
  const again = await run(...prepare)
  expect(again).toMatchObject({ code: 0, stderr: expect.not.stringContaining('demo world') })
}, 600_000)
